import pytest
from django.urls import reverse

PASSWORD = "蓝天-Test-2026"

pytestmark = pytest.mark.django_db


def sign_in(client, name, password, **extra):
    return client.post(reverse("login"), {"username": name, "password": password}, **extra)


def test_a_person_signs_in_and_sees_the_own_posts(client, worker):
    assert sign_in(client, "worker", PASSWORD).status_code == 302

    page = client.get(reverse("me")).content.decode()

    assert "学门口社区" in page
    assert "社区工作人员" in page


@pytest.mark.parametrize(("name", "password"), [("worker", "wrong"), ("nobody", "wrong")])
def test_a_wrong_name_and_a_wrong_password_are_told_alike(client, worker, name, password):
    answer = sign_in(client, name, password)

    assert answer.status_code == 422
    assert "请输入一个正确的" in answer.content.decode()


def test_guessing_is_stopped_for_this_address_and_name_only(client, worker, neighbour):
    for _ in range(10):
        last = sign_in(client, "worker", "wrong")
    stopped = sign_in(client, "worker", PASSWORD)
    elsewhere = sign_in(client, "worker", PASSWORD, REMOTE_ADDR="10.0.0.9")

    assert (last.status_code, stopped.status_code) == (429, 429)
    assert elsewhere.status_code == 302  # nobody can lock another person out


def test_a_caller_cannot_name_its_own_address(client, worker):
    for number in range(10):
        sign_in(client, "worker", "wrong", headers={"X-Forwarded-For": f"10.0.0.{number}"})

    assert sign_in(client, "worker", PASSWORD).status_code == 429


def test_a_closed_account_is_out_at_once(client, worker):
    client.force_login(worker)
    worker.is_active = False
    worker.save(update_fields=["is_active"])

    assert client.get(reverse("me")).status_code == 302


def change(client, new):
    words = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    return client.post(reverse("password"), words)


def test_a_new_password_ends_the_other_sessions(client, worker):
    other = type(client)()
    other.force_login(worker)
    client.force_login(worker)

    assert change(client, "新的-Lange-2026").status_code == 302
    assert client.get(reverse("me")).status_code == 200
    assert other.get(reverse("me")).status_code == 302


@pytest.mark.parametrize("weak", ["12345678", "short", "password"])
def test_a_weak_password_is_refused_and_nothing_changes(client, worker, weak):
    client.force_login(worker)

    assert change(client, weak).status_code == 422
    worker.refresh_from_db()
    assert worker.check_password(PASSWORD)


def test_next_never_leads_to_another_site(client, worker):
    words = {"username": "worker", "password": PASSWORD, "next": "https://evil.example/"}

    answer = client.post(reverse("login"), words)

    assert answer.headers["Location"].startswith("/")
