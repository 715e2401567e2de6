"""Groups: their attempts are all of theirs, seen by them alone, counted as one person's."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from grader.errors import UsageError
from grader.report import Report
from grader.service import attempts, extensions, groups, people
from grader.service.access import Viewer
from grader.service.jobs import Job
from grader.service.policies import Extension
from grader.service.tables import Audit, Membership, Person, Submission, now
from tests.conftest import ADD, SCALE
from tests.service import running, test_web
from tests.service.running import Service
from tests.service.test_web import FILES, Site

site = test_web.site


@pytest.fixture
def pair(site: Site) -> Site:
    """Ann and the classmate work together; the owner has submitted alone."""
    site.set_policy(group_size=2, attempts=2, counts="chosen")
    with site.service.base.writing() as rows:
        groups.put_together(rows, 1, site.service.given, ["ann", " Classmate"])
    return site


def hand_in(site: Site, who: str) -> int:
    answer = site.client(who).post(site.assignment, files=FILES)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].rpartition("/")[2])


def id_of(service: Service, login: str) -> int:
    with service.base.reading() as rows:
        return rows.scalars(select(Person.id).where(Person.login == login)).one()


def change(site: Site, who: str, **form: str) -> tuple[int, str]:
    answer = site.client(who).post(f"{site.assignment}/group", data=form)
    return answer.status_code, answer.text


def code_of(site: Site, who: str) -> str:
    [found] = re.findall(r'class="secret">([^<]+)', site.client(who).get(site.assignment).text)
    return str(found)


def test_a_group_shares_its_attempts(pair: Site, graded: Callable[..., Report]) -> None:
    """Each of them reads, compares, downloads and chooses; numbers and limits are the group's."""
    first, second = hand_in(pair, "ann"), hand_in(pair, "classmate")
    for id in (first, second):
        assert attempts.claim(pair.service.base, Job(id, 1), "one") is not None
        assert attempts.finish(pair.service.base, Job(id, 1), graded(add=ADD, scale=SCALE))

    for who in ("ann", "classmate"):
        client = pair.client(who)
        for address in ("", "/files.zip", "/events"):
            assert client.get(f"/submissions/{first}{address}").status_code == 200
        assert client.get(f"/submissions/{second}/changes").status_code == 200
        assert client.get(f"/api/v1/submissions/{first}/report").status_code == 200
        page = client.get(pair.assignment).text
        assert "Attempt 2</a>" in page
        assert "All 2 attempts are used." in page
        assert client.post(pair.assignment, files=FILES).status_code == 400
    assert "Submitted by <bdi>Ann</bdi>" in pair.client("classmate").get("/submissions/2").text
    assert pair.client("classmate").post(f"/submissions/{first}/choose").status_code == 303
    with pair.service.base.reading() as rows:
        found = rows.execute(select(Submission.number, Submission.is_chosen)).all()
    assert sorted(map(tuple, found)) == [(1, False), (1, True), (2, False)]


def test_nobody_else_sees_a_groups_attempts(pair: Site) -> None:
    id = hand_in(pair, "ann")

    for who, status in (("owner", 404), ("stranger", 404), ("assistant", 200)):
        for address in ("", "/files.zip"):
            assert pair.client(who).get(f"/submissions/{id}{address}").status_code == status
    assert pair.client("classmate").get("/submissions/1").status_code == 404  # the owner's


def test_who_leaves_the_course_sees_nothing_of_the_group(pair: Site) -> None:
    id = hand_in(pair, "ann")
    course = pair.service.given.course_id
    with pair.service.base.writing() as rows:
        rows.delete(rows.get_one(Membership, (id_of(pair.service, "classmate"), course)))

    assert pair.client("classmate").get(f"/submissions/{id}").status_code == 404


def test_all_of_a_group_stand_in_the_report(pair: Site) -> None:
    id = hand_in(pair, "classmate")
    claimed = attempts.claim(pair.service.base, Job(id, 1), "one")
    alone = attempts.claim(pair.service.base, Job(hand_in(pair, "owner"), 1), "one")

    assert claimed is not None
    assert alone is not None
    assert (claimed.login, claimed.students) == ("classmate", ("ann", "classmate"))
    assert alone.students == ("owner",)


def test_an_extension_of_one_is_the_groups(pair: Site) -> None:
    service = pair.service
    pair.set_policy(due=now() - timedelta(days=3), group_size=2)
    own = Extension(due=now() + timedelta(days=3))
    with service.base.writing() as rows:
        extensions.set_for(rows, 1, service.given, "ann", own, "ill")

    with service.base.reading() as rows:
        everybody = extensions.policies_of(rows, service.given)
        for login in ("ann", "classmate"):
            person = id_of(service, login)
            assert extensions.policy_of(rows, service.given, person).due == own.due
            assert everybody.of(person).due == own.due
            assert extensions.own_of(rows, person)[service.given.id].due == own.due
        alone = id_of(service, "owner")
        assert everybody.of(alone).due != own.due
        assert extensions.own_of(rows, alone) == {}
    hand_in(pair, "classmate")


# ---- forming one -------------------------------------------------------------------------------


def test_students_form_a_group_by_its_code(site: Site) -> None:
    site.set_policy(group_size=2)
    assert change(site, "classmate", action="form")[0] == 303
    code = code_of(site, "classmate")

    assert change(site, "ann", action="join", code=f" {code} ")[0] == 303

    assert code_of(site, "ann") == code
    for who, form, sentence in (
        ("assistant", {"action": "join", "code": code}, "This group is full: 2 may work together."),
        ("assistant", {"action": "join", "code": "x"}, "No group here has this code"),
        ("ann", {"action": "form"}, "ann is in a group already, or has submitted alone."),
        ("owner", {"action": "form"}, "owner is in a group already, or has submitted alone."),
        ("owner", {"action": "leave"}, "You are in no group here."),
        ("ann", {}, "Nothing was asked for"),
    ):
        status, text = change(site, who, **form)
        assert (status, sentence in text) == (400, True), form
    assert change(site, "stranger", action="join", code=code)[0] == 404


def test_who_has_not_submitted_may_leave(site: Site) -> None:
    """After the first attempt of the group nobody may: whose would it be?"""
    site.set_policy(group_size=3)
    change(site, "classmate", action="form")
    code = code_of(site, "classmate")
    for action, status in (("join", 303), ("leave", 303), ("join", 303)):
        assert change(site, "ann", action=action, code=code)[0] == status
    hand_in(site, "classmate")

    for who in ("ann", "classmate"):
        status, text = change(site, who, action="leave")
        assert (status, "it stays together" in text) == (400, True)
    with site.service.base.reading() as rows:
        [group] = groups.all_of(rows, site.service.given.id)
    assert [login for login, _ in group.members] == ["ann", "classmate"]


def test_an_empty_group_is_no_more(site: Site) -> None:
    site.set_policy(group_size=2)
    change(site, "ann", action="form")
    code = code_of(site, "ann")

    change(site, "ann", action="leave")

    assert "No group here has this code" in change(site, "ann", action="join", code=code)[1]


def test_where_everybody_works_alone_there_are_no_groups(site: Site) -> None:
    assert "Everybody works alone" in change(site, "ann", action="form")[1].replace("&#39;", "'")
    assert "Your group" not in site.client("ann").get(site.assignment).text


def test_staff_put_people_together_and_take_them_apart(site: Site) -> None:
    site.set_policy(group_size=2)
    place, staff = f"{site.assignment}/groups", site.client("assistant")

    assert staff.post(place, data={"logins": "ann, classmate"}).status_code == 303
    assert "Classmate" in staff.get(place).text
    for logins, sentence in (
        ("ann", "1 people were named; expected 2 to 2."),
        ("ann classmate owner", "3 people were named"),
        ("assistant stranger", "has the login"),
        ("assistant owner", "owner is in a group already, or has submitted alone."),
    ):
        answer = staff.post(place, data={"logins": logins})
        assert (answer.status_code, sentence in answer.text) == (400, True), logins
    with site.service.base.reading() as rows:
        [group] = groups.all_of(rows, site.service.given.id)
    assert staff.post(f"{place}/{group.id}/apart").status_code == 303
    with site.service.base.reading() as rows:
        assert groups.all_of(rows, site.service.given.id) == []
        actions = rows.scalars(select(Audit.action).order_by(Audit.id)).all()
    assert actions[-2:] == ["put a group together", "took a group apart"]


# ---- at the same time, on each kind of database ------------------------------------------------


def test_two_of_a_group_at_the_same_time_get_two_numbers(each_service: Service) -> None:
    """And with one attempt left, one of them is refused: the limit is the group's."""
    service = each_service
    given = service.given
    with service.base.writing() as rows:
        row = rows.get_one(type(given), given.id)
        row.policy = {"group_size": 2, "attempts": 3}
        bo = people.new_person(rows, "bo", "Bo")
        people.join(rows, bo.id, given.course_id, "student")
    with service.base.writing() as rows:
        groups.put_together(rows, bo.id, service.given, ["ann", "bo"])
    viewers = [service.ann, Viewer(bo.id, "bo", roles={given.course_id: "student"})]
    both = threading.Barrier(4)
    refused: list[str] = []

    def hand_in(viewer: Viewer) -> None:
        both.wait()
        try:
            service.submit(running.RIGHT, viewer)
        except UsageError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=hand_in, args=(viewer,)) for viewer in viewers * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with service.base.reading() as rows:
        numbers = rows.scalars(select(Submission.number)).all()
    assert (sorted(numbers), refused) == ([1, 2, 3], ["All 3 attempts are used."])
