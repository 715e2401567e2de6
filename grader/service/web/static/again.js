// Loads the page anew while something on it is not done; without this script it does so by itself.
"use strict";
setTimeout(() => { location.reload(); }, 3000);
