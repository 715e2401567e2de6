#!/bin/sh
# Run once by Gradescope, when the image of this assignment is built.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sh "$here/grader/install.sh"
chmod -R go-rwx "$here/course"
