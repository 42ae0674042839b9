"""A small SCIM server in memory that behaves, or has exactly one fault: each rule of Okta's reactions is one fault."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from resources import schema_documents
from server.okta.rules import Rule
from server.okta.speech import Version
from server.scim import version1
from server.scim.schemas import load_registry
from server.scim.version1_patch import patch_from

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "right"
ERROR_URN = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
CAPABILITIES_URN = "urn:okta:schemas:scim:providerconfig:1.0"
PREFIX = "/scim/v2"
FORMER_PREFIX = "/scim/v1"
OF_1_1 = frozenset({Rule.ERROR_NOT_1_1, Rule.ERROR_CODE_NO_NUMBER, Rule.LIST_NOT_1_1, Rule.RESOURCE_NOT_1_1})
"""What only a server of SCIM 1.1 can do wrong."""
REGISTRY = load_registry(schema_documents())
TOO_LATE = 20.0
"""Seconds for which an answer that is to come too late is held back; the end of the server lets it go."""
BEYOND_THE_SUITE = 0.65

Document = dict[str, Any]


@dataclass
class Reply:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


def refusal(status: int, detail: str, scim_type: str = "") -> Reply:
    body: Document = {"schemas": [ERROR_URN], "status": str(status), "detail": detail}
    return Reply(status, {**body, "scimType": scim_type} if scim_type else body)


class WrongServer:
    """``fault`` is the one thing that it does wrong; None for nothing. It speaks one version of SCIM."""

    def __init__(self, fault: Rule | None, version: Version = Version.TWO) -> None:
        self.fault = fault
        self.version = Version.ONE if fault in OF_1_1 else version
        self.base_url = ""
        self.users: dict[str, Document] = {}
        self.groups: dict[str, Document] = {}
        self.closing = threading.Event()
        self._counted = 0
        self._requests = 0
        self._turns = 0
        self._stored_users = 0
        for name in ("seed", "grace"):
            self._store_user(
                {
                    "userName": f"{name}@example.com",
                    "name": {"givenName": name, "familyName": "Example"},
                    "emails": [{"value": f"{name}@example.com", "primary": True}],
                    "active": True,
                }
            )

    @property
    def entered_url(self) -> str:
        """The base URL as an admin of this server would enter it in Okta's form."""
        match self.fault:
            case Rule.BASE_URL_UNDERSCORE:
                return "https://my_tunnel.example.com/scim/v2"
            case Rule.BASE_URL_TOO_LONG:
                return f"https://example.com/{'s' * 1024}"
            case Rule.BASE_URL_NOT_HTTPS:
                return "http://example.com/scim/v2"
        return "https://example.com/scim/v2"

    @property
    def agent_url(self) -> str:
        """The same for the on-prem agent."""
        return "http://acme.lan/scim/v2" + ("" if self.fault is Rule.BASE_URL_WITHOUT_SLASH else "/")

    # What it is asked

    def reply_to(self, method: str, target: str, authorization: str, media_type: str, body: bytes) -> Reply | None:
        """Answer one request in the version that is spoken here."""
        if self.version is Version.TWO:
            return self.reply(method, target, authorization, media_type, body)
        if self.fault is Rule.MEDIA_TYPE_REFUSED and body and not media_type.startswith("application/scim+json"):
            return self._former(refusal(415, "send application/scim+json"))
        target = target.replace(FORMER_PREFIX, PREFIX, 1).replace("ServiceProviderConfigs", "ServiceProviderConfig")
        if method in ("POST", "PUT") and b"{" in body:
            body = json.dumps(version1.resource_from(json.loads(body))).encode()
        elif method == "PATCH":
            of_what = REGISTRY.user if "/Users/" in target else REGISTRY.group
            body = json.dumps(patch_from(json.loads(body), of_what)).encode()
        reply = self.reply(method, target, authorization, media_type, body)
        return None if reply is None else self._former(reply)

    def _former(self, reply: Reply) -> Reply:
        body = reply.body
        if not isinstance(body, dict):
            return reply
        if "detail" in body:
            former = body if self.fault is Rule.ERROR_NOT_1_1 else version1.error(body)
            if self.fault is Rule.ERROR_CODE_NO_NUMBER:
                former["Errors"][0]["code"] = str(reply.status)
        elif "Resources" in body:
            former = version1.answer(body)
            if self.fault is Rule.LIST_NOT_1_1:
                former["schemas"] = [LIST_URN]
        else:
            former = version1.resource({"schemas": [version1.CORE_URN], **body})
            if self.fault is Rule.RESOURCE_NOT_1_1:
                former["schemas"] = ["urn:ietf:params:scim:schemas:core:2.0:User"]
        return Reply(reply.status, former, reply.headers)

    def reply(self, method: str, target: str, authorization: str, media_type: str, body: bytes) -> Reply | None:
        """Answer one request; None is no answer at all."""
        parts = urlsplit("http://here" + target)
        path = parts.path.removeprefix(PREFIX)
        if path.startswith("//"):
            if self.fault is Rule.DOUBLE_SLASH_REFUSED:
                return refusal(404, "no such path")
            path = path[1:]
        if not self._admits(authorization):
            return self._reply_to_a_wrong_token()
        if (parts.query, path) == ("startIndex=1&count=2", "/Users") and self.fault is not None:
            self._requests += 1
            reply = self._at_the_door()
            if reply is None or reply.status:
                return reply
        endpoint, _, identifier = path.strip("/").partition("/")
        query = {name: values[0] for name, values in parse_qs(self._query(parts.query)).items()}
        if method in ("POST", "PUT", "PATCH") and endpoint in ("Users", "Groups"):
            if self.fault is Rule.MEDIA_TYPE_REFUSED and "scim+json" in media_type:
                return refusal(415, "send application/json")
            return self._write(method, endpoint, unquote(identifier), json.loads(body))
        return self._read(method, endpoint, unquote(identifier), query)

    def _admits(self, authorization: str) -> bool:
        scheme, _, token = authorization.rpartition(" ")
        if self.fault is Rule.WRONG_TOKEN_ACCEPTED:
            return True
        return token == TOKEN and bool(scheme or self.fault is not Rule.BARE_TOKEN_REFUSED)

    def _reply_to_a_wrong_token(self) -> Reply:
        return refusal(403 if self.fault is Rule.WRONG_TOKEN_NOT_401 else 401, "the token is missing or wrong")

    def _query(self, query: str) -> str:
        if self.fault is Rule.LOOKUP_LOSES_PLUS:
            return unquote(query)
        return query.replace("+", "%2B") if self.fault is Rule.LOOKUP_LOSES_SPACE else query

    def _at_the_door(self) -> Reply | None:
        """Answer the connection test wrongly, where that is the fault; status 0 lets it pass."""
        match self.fault:
            case Rule.NO_CONNECTION:
                return None
            case Rule.TIMED_OUT:
                self.closing.wait(TOO_LATE)
                return None
            case Rule.SLOW:
                self.closing.wait(BEYOND_THE_SUITE)
            case Rule.REDIRECTED:
                return Reply(302, None, {"Location": "https://elsewhere.example/"})
            case Rule.ERROR_REPORTED:
                return refusal(500, "the database is asleep")
            case Rule.ERROR_NOT_JSON:
                return Reply(502, b"error code: 502")
            case Rule.ERROR_NOT_SCIM:
                return Reply(500, {"error": "oops"})
            case Rule.ERROR_STATUS_NUMBER:
                return Reply(500, {"schemas": [ERROR_URN], "status": 500, "detail": "oops"})
            case Rule.ANSWER_NOT_JSON:
                return Reply(200, b"<html>Welcome</html>")
            case Rule.TOKEN_REFUSED:
                return refusal(401, "the token has expired")
            case Rule.TOO_MANY_REQUESTS if self._requests == 1:
                return Reply(429, refusal(429, "slowly").body, {"Retry-After": "1"})
            case Rule.RETRY_AFTER_UNREADABLE if self._requests == 1:
                return Reply(429, refusal(429, "slowly").body, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})
            case Rule.STILL_TOO_MANY:
                return refusal(429, "slowly")
        return Reply(0)

    # Reading

    def _read(self, method: str, endpoint: str, identifier: str, query: dict[str, str]) -> Reply:
        if endpoint == "ServiceProviderConfig":
            if method != "GET":
                return refusal(400 if self.fault is Rule.WRONG_METHOD_NOT_405 else 405, "only GET")
            missing = self.fault is Rule.CAPABILITIES_MISSING
            return Reply(200, {} if missing else {CAPABILITIES_URN: {"userManagementCapabilities": ["GROUP_PUSH"]}})
        if endpoint not in ("Users", "Groups"):
            if self.fault is Rule.UNKNOWN_PATH_NOT_JSON:
                return Reply(404, b"<h1>Not Found</h1>")
            return refusal(404, "no such path")
        if method == "DELETE":
            if self.fault is not Rule.DELETED_GROUP_REMAINS:
                self._stored(endpoint).pop(identifier, None)
            return Reply(204)
        return self._one(endpoint, identifier) if identifier else self._list(endpoint, query)

    def _one(self, endpoint: str, identifier: str) -> Reply:
        found = self._stored(endpoint).get(identifier)
        if found is None:
            return refusal(400 if self.fault is Rule.UNKNOWN_USER_NOT_404 else 404, f"{identifier} not found")
        hides_inactive = self.fault is Rule.DEACTIVATED_NOT_FOUND and found.get("active") is False
        if endpoint == "Users" and (hides_inactive or self.fault is Rule.RESOURCE_LOST):
            return refusal(404, "gone")
        return Reply(200, self._shown(endpoint, found))

    def _list(self, endpoint: str, query: dict[str, str]) -> Reply:
        resources = list(self._stored(endpoint).values())
        if "filter" in query:
            matched = self._filtered(resources, query["filter"])
            if matched is None:
                return refusal(400, "the filter cannot be read", "invalidFilter")
            resources = matched
            if not resources and self.fault is Rule.LOOKUP_ANSWERED_404 and " eq " in query["filter"]:
                return refusal(404, "nobody")
        elif "count" in query and query["count"] != "2":
            resources = self._imported(endpoint, resources, query)
        start, count = int(query.get("startIndex", "1")), int(query.get("count", "100"))
        if start > max(len(resources), 1) and self.fault is Rule.BEYOND_THE_END:
            return refusal(400, "there is no such page", "invalidValue")
        page = [self._shown(endpoint, one, listed=True) for one in resources[start - 1 : start - 1 + count]]
        return Reply(200, self._listing(page, len(resources), start))

    def _imported(self, endpoint: str, resources: list[Document], query: dict[str, str]) -> list[Document]:
        if endpoint == "Users" and query.get("startIndex") == "1":
            self._counted += 1
        match self.fault:
            case Rule.PAGES_REPEAT:
                self._turns += 1
                turned = -self._turns % len(resources)
                return resources[turned:] + resources[:turned]
            case Rule.IMPORT_MISSES_SOMEBODY:
                return resources[:-1]
            case Rule.IMPORT_SHRUNK if endpoint == "Users" and self._counted > 1:
                return resources[:1]
            case Rule.NOBODY_LISTED:
                return []
        return resources

    def _listing(self, page: list[Document], total: int, start: int) -> Any:
        listing: Document = {
            "schemas": [LIST_URN],
            "totalResults": total,
            "startIndex": start,
            "itemsPerPage": len(page),
            "Resources": page,
        }
        match self.fault:
            case Rule.LIST_NUMBER_AS_STRING:
                listing["startIndex"] = str(start)
            case Rule.LIST_NUMBER_MISSING:
                del listing["itemsPerPage"]
            case Rule.LIST_WITHOUT_TOTAL:
                del listing["totalResults"]
            case Rule.LIST_WITHOUT_ARRAY:
                listing["Resources"] = page[0] if page else {}
            case Rule.TOTAL_WRONG:
                listing["totalResults"] = total + 1
            case Rule.ITEMS_PER_PAGE_WRONG:
                listing["itemsPerPage"] = 100
            case Rule.NOBODY_LISTED:
                listing |= {"Resources": [], "totalResults": 0, "itemsPerPage": 0}
        return listing

    def _filtered(self, resources: list[Document], expression: str) -> list[Document] | None:
        read = re.fullmatch(r'([\w.]+) (eq|gt) ("(?:[^"\\]|\\.)*")', expression)
        if self.fault is Rule.LOOKUP_FINDS_SOMEBODY_ELSE or (self.fault is Rule.BARE_FILTER_ACCEPTED and not read):
            return resources
        if read is None:
            return None
        attribute, operator, operand = read[1], read[2], json.loads(read[3])
        if operator == "gt":
            return resources if self.fault is Rule.INCREMENTAL_FILTER_IGNORED else []
        if self.fault is Rule.LOOKUP_FINDS_NOTHING or (
            self.fault is Rule.GROUP_LOOKUP_LOSES_QUOTES and re.search(r"[\"'\\]", operand)
        ):
            return []
        if self.fault is Rule.LOOKUP_HIDES_INACTIVE:
            resources = [one for one in resources if one.get("active") is not False]
        if self.fault is Rule.LOOKUP_MINDS_CASE:
            return [one for one in resources if one.get(attribute) == operand]
        return [one for one in resources if one.get(attribute, "").casefold() == operand.casefold()]

    def _shown(self, endpoint: str, resource: Document, *, listed: bool = False) -> Document:
        shown = dict(resource)
        match self.fault:
            case Rule.LIST_ENTRY_WITHOUT_ID if listed:
                del shown["id"]
            case Rule.GROUP_WITHOUT_MEMBERS:
                shown.pop("members", None)
            case Rule.GROUP_ENTRY_INCOMPLETE if endpoint == "Groups" and listed:
                del shown["displayName"]
            case Rule.MEMBER_DISPLAY_LOST if endpoint == "Groups":
                shown["members"] = [{"value": one["value"]} for one in shown["members"]]
        return self._shown_user(shown, listed=listed) if endpoint == "Users" else shown

    def _shown_user(self, shown: Document, *, listed: bool) -> Document:
        match self.fault:
            case Rule.PASSWORD_RETURNED:
                shown["password"] = "TkdFNVdIVkxhM2c9"
            case Rule.NULLS_RETURNED:
                shown["preferredLanguage"] = None
            case Rule.USER_NAME_REWRITTEN:
                shown["userName"] = shown["userName"].lower()
            case Rule.LOCALE_REWRITTEN if "locale" in shown:
                shown["locale"] = shown["locale"].replace("-", "_")
            case Rule.EXTERNAL_ID_LOST:
                shown.pop("externalId", None)
            case Rule.ATTRIBUTE_LOST:
                shown.pop("title", None)
            case Rule.FORMATTED_STALE:
                shown["name"] = {**shown["name"], "formatted": "Mona Octocat"}
            case Rule.ACTIVE_MISSING:
                del shown["active"]
            case Rule.ACTIVE_NOT_BOOLEAN:
                shown["active"] = str(shown["active"])
            case Rule.ACTIVE_SCANNED_OUT if listed:
                shown["active"] = False
            case Rule.USER_ENTRY_INCOMPLETE if listed:
                del shown["name"]
            case Rule.EMAILS_NOT_AN_ARRAY if isinstance(shown["emails"], list):
                shown["emails"] = shown["emails"][0]
            case Rule.NO_PRIMARY_EMAIL:
                shown["emails"] = [{"value": one["value"]} for one in shown["emails"]]
        return shown

    # Writing

    def _write(self, method: str, endpoint: str, identifier: str, body: Document) -> Reply:
        if method == "POST":
            return self._create_user(body) if endpoint == "Users" else self._create_group(body)
        former = self._stored(endpoint).get(identifier)
        if former is None:
            return refusal(404, f"{identifier} not found")
        if method == "PUT" and self.fault is Rule.VERB_REFUSED:
            return refusal(405, "use PATCH")
        if method == "PATCH" and self.fault is Rule.PATCH_NOT_IMPLEMENTED:
            return refusal(501, "use PUT")
        if "id" in body and self.fault is Rule.READ_ONLY_REFUSED:
            return refusal(400, "id is read-only", "mutability")
        return self._change_user(method, former, body) if endpoint == "Users" else self._change_group(former, body)

    def _create_user(self, body: Document) -> Reply:
        taken = any(one["userName"].casefold() == body["userName"].casefold() for one in self.users.values())
        if self.fault is Rule.CONFLICT_ON_CREATE or (taken and self.fault is not Rule.CREATED_TWICE):
            return refusal(409, "User already exists in the database.", "uniqueness")
        return self._created("Users", self._store_user(body))

    def _created(self, endpoint: str, created: Document) -> Reply:
        shown = self._shown(endpoint, created)
        headers = {"Location": f"{self.base_url}/{endpoint}/{created['id']}"}
        match self.fault:
            case Rule.CREATED_EMPTY:
                return Reply(201, None, headers)
            case Rule.CREATED_WITHOUT_ID:
                del shown["id"]
            case Rule.CREATED_WITHOUT_LOCATION:
                headers = {}
            case Rule.CREATED_NOT_201:
                return Reply(200, shown, headers)
        return Reply(201, shown, headers)

    def _store_user(self, body: Document) -> Document:
        self._stored_users += 1
        user = _kept(body, f"u{self._stored_users}")
        self.users[user["id"]] = user
        return user

    def _change_user(self, method: str, former: Document, body: Document) -> Reply:
        identifier = former["id"]
        sent = _set_by(body) if method == "PATCH" else {"active": former["active"], **body}
        if "groups" in sent and self.fault is Rule.MEMBERSHIPS_CLEARED:
            for group in self.groups.values():
                group["members"] = [one for one in group["members"] if one["value"] != identifier]
        changed = {**former, **sent} if method == "PATCH" else sent
        match self.fault:
            case Rule.UPDATE_NOT_APPLIED:
                changed = {**former, "active": changed["active"]}
            case Rule.DEACTIVATION_NOT_APPLIED:
                changed["active"] = True
            case Rule.REACTIVATION_NOT_APPLIED:
                changed["active"] = former["active"] and changed["active"]
            case Rule.EMPTIED_ATTRIBUTE_REMAINS:
                changed = {name: value or former.get(name, value) for name, value in changed.items()} | {
                    "active": changed["active"]
                }
        if self.fault is Rule.ID_CHANGED:
            del self.users[identifier]
            identifier += "x"
        self.users[identifier] = _kept(changed, identifier)
        return Reply(200, self._shown("Users", self.users[identifier]))

    def _create_group(self, body: Document) -> Reply:
        taken = any(one["displayName"] == body["displayName"] for one in self.groups.values())
        if taken and self.fault is not Rule.GROUP_CREATED_TWICE:
            return refusal(409, "Group already exists.", "uniqueness")
        members = [] if self.fault is Rule.CREATED_WITHOUT_MEMBERS else self._known(body.get("members", []))
        group = {"id": f"g{len(self.groups) + 1}", "displayName": body["displayName"], "members": members}
        self.groups[group["id"]] = group
        return self._created("Groups", group)

    def _change_group(self, group: Document, body: Document) -> Reply:
        named = [one["value"] for one in _members_named(body)]
        if self.fault is Rule.UNKNOWN_MEMBER_REFUSED and any(value not in self.users for value in named):
            return refusal(404, "User not found")
        there = [one["value"] for one in group["members"]]
        operations = body.get("Operations") or [{"op": "replace", "value": body}]
        for operation in operations:
            path, value = operation.get("path", ""), operation.get("value")
            if self.fault is Rule.EMPTY_MEMBERS_REFUSED and path == "members" and value == []:
                return refusal(400, "members must not be empty", "invalidValue")
            adds_again = operation["op"] == "add" and any(one["value"] in there for one in value)
            if self.fault is Rule.REPEATED_CHANGE_REFUSED and adds_again:
                return refusal(409, "already a member")
            self._operate(group, operation["op"], path, value)
        return Reply(200, self._shown("Groups", group))

    def _operate(self, group: Document, op: str, path: str, value: Any) -> None:
        if path.startswith("members["):
            removed = json.loads(path[path.index('"') : -1])
            self._set_members(group, [one for one in group["members"] if one["value"] != removed])
        elif path == "members" and op == "add":
            kept = [one for one in group["members"] if one not in value]
            self._set_members(group, [*kept, *self._known(value)])
        elif path == "members" and op == "remove" and value:
            gone = [one["value"] for one in value]
            self._set_members(group, [one for one in group["members"] if one["value"] not in gone])
        elif path == "members":
            self._set_members(group, self._known(value or []))
        else:
            if "members" in value:
                self._set_members(group, self._known(value["members"]))
            elif self.fault is Rule.RENAME_EMPTIED:
                group["members"] = []
            if self.fault is not Rule.RENAME_NOT_APPLIED:
                group["displayName"] = value.get("displayName", group["displayName"])

    def _set_members(self, group: Document, members: list[Document]) -> None:
        if self.fault is not Rule.MEMBERS_NOT_APPLIED:
            group["members"] = members

    def _known(self, members: list[Document]) -> list[Document]:
        return [one for one in members if one["value"] in self.users]

    def _stored(self, endpoint: str) -> dict[str, Document]:
        return self.users if endpoint == "Users" else self.groups


def _kept(body: Document, identifier: str) -> Document:
    unstored = ("groups", "password", "id", "meta")
    user = {name: value for name, value in body.items() if name not in unstored and value not in ("", [])}
    return {**user, "id": identifier}


def _set_by(body: Document) -> Document:
    values: Document = {}
    for operation in body["Operations"]:
        values |= {operation["path"]: operation["value"]} if "path" in operation else operation["value"]
    return values


def _members_named(body: Document) -> list[Document]:
    named = list(body.get("members", []))
    for operation in body.get("Operations", []):
        value = operation.get("value")
        named += value if isinstance(value, list) else (value or {}).get("members", [])
    return named


@contextmanager
def serving_wrongly(fault: Rule | None, version: Version = Version.TWO) -> Iterator[WrongServer]:
    """Run a server with one fault, or with none, on a port of its own."""
    wrong = WrongServer(fault, version)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            told = self.headers.get("Authorization", ""), self.headers.get("Content-Type", "")
            reply = wrong.reply_to(self.command, self.path, *told, body)
            if reply is None:
                self.close_connection = True
                return
            content = reply.content()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Type", "application/scim+json")
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 -- names http.server looks up

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name of the base class
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    prefix = PREFIX if wrong.version is Version.TWO else FORMER_PREFIX
    wrong.base_url = f"http://127.0.0.1:{server.server_address[1]}{prefix}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield wrong
    finally:
        wrong.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
