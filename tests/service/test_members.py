"""Who is in a course: roles, rosters, links, admins; and nobody gets more than they may give."""

import csv
import io
import re
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, select

from grader.errors import UsageError
from grader.lms import roster
from grader.service import members, people
from grader.service.access import Viewer, may_let_in
from grader.service.policies import Policy
from grader.service.tables import Assignment, Audit, Course, Membership, Person
from tests.service import test_web
from tests.service.running import Service
from tests.service.test_web import Site, make_teacher

site = test_web.site

CLASS = "Student ID,Name\nowner,Owner\nANN2,Ann Two\nbo@x.org,Bo\n"


@pytest.fixture
def teacher(site: Site) -> Site:
    """The same class; its assistant teaches it now."""
    make_teacher(site, "assistant")
    return site


def course_of(site: Site) -> int:
    return site.service.given.course_id


def id_of(site: Site, login: str) -> int:
    with site.service.base.reading() as rows:
        return rows.scalars(select(Person.id).where(Person.login == login)).one()


def role_of(site: Site, login: str) -> str | None:
    with site.service.base.reading() as rows:
        found = rows.get(Membership, (id_of(site, login), course_of(site)))
    return found.role if found else None


def last_note(site: Site) -> tuple[str, str]:
    with site.service.base.reading() as rows:
        found = rows.scalars(select(Audit).order_by(Audit.id.desc())).first()
    assert found is not None
    return found.action, found.detail


def say(site: Site, address: str, who: str = "assistant", /, **form: str) -> tuple[int, str]:
    """Return the status of an answer, and what stands in its notice."""
    answer = site.client(who).post(address, data=form)
    said = re.search(r'class="notice" role="\w+">(.*?)</p>', answer.text, re.DOTALL)
    return answer.status_code, said[1] if said else ""


def test_a_teacher_changes_roles_and_members(teacher: Site) -> None:
    place = f"/courses/{course_of(teacher)}/members"
    mate = id_of(teacher, "classmate")

    assert say(teacher, f"{place}/{mate}/role", role="assistant")[0] == 303
    assert role_of(teacher, "classmate") == "assistant"
    assert last_note(teacher) == ("changed a role", "classmate: student -> assistant")
    assert say(teacher, f"{place}/{mate}/remove")[0] == 303
    assert role_of(teacher, "classmate") is None


def test_a_teacher_adds_who_is_new_and_who_has_an_account(teacher: Site) -> None:
    place = f"/courses/{course_of(teacher)}/members"
    client = teacher.client("assistant")

    for login, role in (("New.One", "student"), ("stranger", "assistant")):
        form = {"login": login, "name": "N", "role": role}
        assert client.post(place, data=form).status_code == 303
    assert role_of(teacher, "new.one") == "student"
    assert role_of(teacher, "stranger") == "assistant"
    for form, sentence in (
        ({"login": "owner", "role": "student"}, "owner is in this course already"),
        ({"login": "b b", "role": "student"}, "A login has up to 64"),
        ({"login": "bea", "role": "admin"}, "is no role; expected one of student"),
    ):
        answer = client.post(place, data=form)
        assert (answer.status_code, sentence in answer.text) == (400, True)


def test_who_has_left_reads_nothing_any_more(teacher: Site) -> None:
    """What was submitted stays, for staff; and is there again for who comes back."""
    owner, page = teacher.client("owner"), f"/submissions/{teacher.submission}"
    place = f"/courses/{course_of(teacher)}/members"

    teacher.client("assistant").post(f"{place}/{id_of(teacher, 'owner')}/remove")

    assert owner.get(page).status_code == 404
    assert teacher.client("assistant").get(page).status_code == 200
    teacher.client("assistant").post(place, data={"login": "owner"})
    assert owner.get(page).status_code == 200


def test_nobody_loses_the_own_place_by_a_slip(teacher: Site) -> None:
    place = f"/courses/{course_of(teacher)}/members/{id_of(teacher, 'assistant')}"

    for address in (f"{place}/role", f"{place}/remove"):
        status, said = say(teacher, address, role="student")
        assert status == 400
        assert "for another teacher to change" in said
    assert role_of(teacher, "assistant") == "teacher"


# ---- links to sign in --------------------------------------------------------------------------


def test_a_link_for_one_person_signs_in_as_that_person_once(teacher: Site) -> None:
    place = f"/courses/{course_of(teacher)}/members/{id_of(teacher, 'classmate')}/link"

    shown = teacher.client("assistant").post(place).text

    [address] = re.findall(r'class="secret">([^<]+)', shown)
    assert last_note(teacher) == ("made a link to sign in", "classmate")
    client = teacher.client()
    assert client.post(address).headers["location"] == "/account"
    assert "classmate" in client.get("/account").text
    assert teacher.client().post(address).status_code == 404


def test_a_link_opens_nothing_that_who_made_it_may_not_see(teacher: Site) -> None:
    """Else a teacher could become an admin, or anybody's teacher, by adding that person."""
    place = f"/courses/{course_of(teacher)}"
    for login in ("stranger", "admin"):
        teacher.client("assistant").post(f"{place}/members", data={"login": login})

        status, said = say(teacher, f"{place}/members/{id_of(teacher, login)}/link")

        assert (status, "ask an admin" in said) == (400, True)
    table = teacher.client("assistant").post(f"{place}/links.csv").text
    assert "classmate" in table
    assert "stranger" not in table
    assert "admin" not in table
    assert (
        teacher.client("admin")
        .post(f"{place}/members/{id_of(teacher, 'stranger')}/link")
        .status_code
        == 200
    )


@pytest.mark.parametrize(
    "viewer, courses, is_admin, may",
    [
        (Viewer(1, "t", roles={1: "teacher"}), {1}, False, True),
        (Viewer(1, "t", roles={1: "teacher"}), {1, 2}, False, False),
        (Viewer(1, "t", roles={1: "teacher", 2: "assistant"}), {1, 2}, False, False),
        (Viewer(1, "t", roles={1: "teacher"}), {1}, True, False),
        (Viewer(1, "t", roles={1: "assistant"}), {1}, False, False),
        (Viewer(1, "a", is_admin=True), {1, 2}, True, True),
    ],
)
def test_who_may_let_whom_in(viewer: Viewer, courses: set[int], is_admin: bool, may: bool) -> None:
    assert may_let_in(viewer, courses, is_admin=is_admin) == may


def test_links_for_all_are_for_students_without_a_password(teacher: Site) -> None:
    answer = teacher.client("assistant").post(f"/courses/{course_of(teacher)}/links.csv")

    assert answer.headers["content-disposition"] == 'attachment; filename="links.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["login"] for row in rows] == ["ann", "classmate"]  # the owner has one
    assert rows[0]["link"].startswith("http://testserver/enter/")
    assert teacher.client().post(rows[0]["link"]).status_code == 303


# ---- the roster --------------------------------------------------------------------------------


def look(site: Site, text: str | bytes, login: str = "assistant") -> str:
    data = text.encode() if isinstance(text, str) else text
    files = [("file", ("../roster.csv", data))]
    return site.client(login).post(f"/courses/{course_of(site)}/roster", files=files).text


def test_a_roster_is_looked_at_before_it_is_taken_in(teacher: Site) -> None:
    with teacher.service.base.writing() as rows:
        people.new_person(rows, "bo@x.org", "Bo")

    shown = look(teacher, CLASS)

    for words in (
        "New, get an account: 1",
        "Have an account, join the course: 1",
        "In the course already: 1",
        "not on the roster: 2",
    ):
        assert words in shown
    with teacher.service.base.reading() as rows:
        assert rows.scalars(select(Person).where(Person.login == "ann2")).first() is None
    [text] = re.findall(r'name="text" value="([^"]*)"', shown)
    status, said = say(teacher, f"/courses/{course_of(teacher)}/roster/commit", text=text)
    assert (status, said) == (200, "2 added, 1 were here already.")
    assert [role_of(teacher, one) for one in ("owner", "ann2", "bo@x.org", "classmate")] == [
        "student"
    ] * 4
    assert last_note(teacher) == ("took in a roster", "new: ann2; joining: bo@x.org")


def test_who_is_missing_leaves_only_if_it_is_said_so(teacher: Site) -> None:
    """Staff stay whatever a roster of students says."""
    place = f"/courses/{course_of(teacher)}/roster/commit"

    status, said = say(teacher, place, text="id,name\nowner,O\n", removes_missing="yes")

    assert (status, said) == (200, "0 added, 1 were here already, 2 removed.")
    assert [role_of(teacher, one) for one in ("owner", "classmate", "assistant")] == [
        *("student", None, "teacher"),
    ]


@pytest.mark.parametrize(
    "text, sentence",
    [
        (b"", "roster: line 1: columns are"),
        (b"Surname\nJones\n", "expected a CSV with a header and a column of ids"),
        (b"id\n\xff\xfe\x00", "roster: is not text in UTF-8"),
        (b"id,name\n1,A\n1,B\n", "lines 2 and 3 have the same"),
        (b"id\nAnn\nann\n", "'ann' stands there twice"),
        (b"id\n<script>\n../x\n", "not fit to be a login; A login has up to 64"),
        (b"id,name\n,Ann\n", "line 2 has no"),
        (b"id\n", "has no students"),
    ],
)
def test_a_bad_roster_is_one_sentence_and_changes_nothing(
    teacher: Site, text: bytes, sentence: str
) -> None:
    with teacher.service.base.reading() as rows:
        before = len(rows.scalars(select(Person)).all())

    shown = look(teacher, text)

    assert sentence in shown.replace("&#39;", "'").replace("&lt;", "<")
    assert "<script>" not in shown
    with teacher.service.base.reading() as rows:
        assert len(rows.scalars(select(Person)).all()) == before


def test_names_on_a_roster_are_text(teacher: Site) -> None:
    shown = look(teacher, 'id,name\nnew1,"<b>=cmd()</b>\u202e"\n')

    assert "<b>=cmd" not in shown
    [text] = re.findall(r'name="text" value="([^"]*)"', shown)
    assert "&lt;b&gt;" in text


def test_a_class_of_300_is_read_with_few_queries(teacher: Site) -> None:
    """Not with some for each row."""
    text = "id,name\n" + "".join(f"student{number},S {number}\n" for number in range(300))
    listed = members.read_roster(text.encode())
    by = Viewer(id_of(teacher, "assistant"), "assistant", roles={course_of(teacher): "teacher"})
    with teacher.service.base.writing() as rows:
        members.take_in(rows, by, course_of(teacher), listed, removes_missing=False)
    asked: list[str] = []
    engine = teacher.service.base.engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    answer = teacher.client("assistant").get(f"/courses/{course_of(teacher)}/members")

    assert answer.text.count("student299") > 0
    assert 0 < len(asked) < 20


def test_a_roster_of_any_course_system_is_read_by_the_same_reader() -> None:
    """Here only what a path has to do with it was taken out."""
    [one] = roster.of_text(members.ROSTER, "Username,First Name,Last Name\n#bo,Bo,B\n").students

    assert (one.id, one.name) == ("bo", "Bo B")


# ---- courses and admins ------------------------------------------------------------------------


def test_an_admin_makes_a_course_and_gives_it_assignments(site: Site) -> None:
    form = {"name": "dl26", "title": "Deep Learning"}
    made = site.client("admin").post("/admin/courses", data=form)
    place = made.headers["location"]

    given = site.client("admin").post(
        place.replace("members", "assignments"), data={"name": "sums"}
    )

    assert given.status_code == 303
    assert "sums" in site.client("admin").get(place).text
    with site.service.base.reading() as rows:
        found = rows.scalars(
            select(Assignment.name).join(Course).where(Course.name == "dl26")
        ).all()
    assert found == ["sums"]
    for address, data, sentence in (
        ("/admin/courses", form, "There is a course"),
        ("/admin/courses", {"name": " ", "title": "x"}, "A course has a name"),
        (place.replace("members", "assignments"), {"name": "sums"}, "has sums already"),
        (place.replace("members", "assignments"), {"name": "../x"}, "on the shelf"),
    ):
        status, said = say(site, address, "admin", **data)
        assert (status, sentence in said) == (400, True)


def test_an_assignment_begins_with_the_rules_of_its_manifest(site: Site) -> None:
    manifest = site.service.shelf.course / "assignments" / "sums" / "assignment.toml"
    plain = manifest.read_text()
    form = {"name": "dl26", "title": "Deep Learning"}
    made = site.client("admin").post("/admin/courses", data=form).headers["location"]
    address = made.replace("members", "assignments")

    manifest.write_text(plain + "\n[policy]\nlate_dayz = 2\n")
    status, said = say(site, address, "admin", name="sums")
    assert status == 400
    assert "assignment.toml: policy.late_dayz: Extra inputs are not permitted, found 2" in said
    manifest.write_text(plain + "\n[policy]\ndue = 2030-01-31T23:59:00+01:00\nlate_days = 2\n")
    assert site.client("admin").post(address, data={"name": "sums"}).status_code == 303

    with site.service.base.reading() as rows:
        [kept] = rows.scalars(
            select(Assignment.policy).join(Course).where(Course.name == "dl26")
        ).all()
    policy = Policy.model_validate(kept)
    assert policy.due == datetime(2030, 1, 31, 22, 59, tzinfo=UTC)
    assert policy.late_days == 2


def test_a_teacher_makes_no_admins_and_no_courses(teacher: Site) -> None:
    for address, form in (
        ("/admin/admins", {"login": "assistant", "is_admin": "yes"}),
        ("/admin/courses", {"name": "x", "title": "X"}),
        (f"/courses/{course_of(teacher)}/assignments", {"name": "sums"}),
    ):
        assert teacher.client("assistant").post(address, data=form).status_code == 404
    with teacher.service.base.reading() as rows:
        admins = rows.scalars(select(Person.login).where(Person.is_admin.is_(True))).all()
    assert admins == ["admin"]


def test_the_last_admin_stays(site: Site) -> None:
    assert "This is the last admin" in say(site, "/admin/admins", "admin", login="admin")[1]
    form = {"login": "owner", "is_admin": "yes"}
    assert site.client("admin").post("/admin/admins", data=form).status_code == 303

    assert site.client("admin").post("/admin/admins", data={"login": "admin"}).status_code == 303

    assert site.client("admin").get("/admin").status_code == 404
    assert site.client("owner").get("/admin").status_code == 200
    with pytest.raises(UsageError, match="last admin"), site.service.base.writing() as rows:
        people.set_admin(rows, 1, "owner", is_admin=False)


# ---- on each kind of database ------------------------------------------------------------------


def test_a_roster_and_roles_on_each_database(each_service: Service) -> None:
    service = each_service
    course = service.given.course_id
    with service.base.writing() as rows:
        by = Viewer(people.new_person(rows, "boss", "Boss", is_admin=True).id, "boss", True)
    listed = members.read_roster(b"id,name\nann,A\nbo,Bo\n")
    with service.base.reading() as rows:
        before = members.preview(rows, course, listed)

    with service.base.writing() as rows:
        members.take_in(rows, by, course, listed, removes_missing=True)
        members.take_in(rows, by, course, listed, removes_missing=True)

    with service.base.writing() as rows:
        found = members.of_course(rows, course)
        assert [(one.login, one.role) for one in found] == [("ann", "student"), ("bo", "student")]
        bo = found[1].person
        members.set_role(rows, by, course, bo, "teacher")
        assert [one.login for one in members.of_course(rows, course)] == ["bo", "ann"]
        assert [one.login for one, _ in members.links_for_all(rows, by, course)] == ["ann"]
        members.remove(rows, by, course, bo)
        assert len(members.of_course(rows, course)) == 1
    assert ([one.login for one in before.new], len(before.known)) == (["bo"], 1)


def test_two_admins_cannot_take_each_other_back(each_service: Service) -> None:
    """At the same time: one of them comes second, and is told that it is the last."""
    service = each_service
    with service.base.writing() as rows:
        boss = people.new_person(rows, "boss", "Boss", is_admin=True).id
    both = threading.Barrier(2)
    said: list[str] = []

    def take_back(login: str) -> None:
        both.wait()
        try:
            with service.base.writing() as rows:
                people.set_admin(rows, boss, login, is_admin=False)
            said.append("")
        except UsageError as error:
            said.append(str(error))

    threads = [threading.Thread(target=take_back, args=(login,)) for login in ("admin", "boss")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said) == ["", "This is the last admin; make another one first."]
    with service.base.reading() as rows:
        assert len(rows.scalars(select(Person).where(Person.is_admin.is_(True))).all()) == 1
