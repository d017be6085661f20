/** Rows about the file itself: YAML, names, types, and several files. */
import { anonymous, config, type Row, yaml } from "./row.ts"

const twice = (list: string, entries: object[]): Row["files"] => ({
  config: config({}, { token: "good" }, { [list]: entries }),
})
const good = { token: "good" }

export const fileRows: readonly Row[] = [
  // Names.
  {
    what: "two users of one name",
    files: twice("users", [
      { name: "jo", user: { token: "CANARY" } },
      { name: "jo", user: good },
    ]),
    refused:
      /error converting \*\[\]NamedAuthInfo into \*map\[string\]\*api.AuthInfo: duplicate name "jo" in list/,
  },
  {
    what: "two contexts of one name",
    files: twice("contexts", [
      { name: "prod", context: { cluster: "prod", user: "other" } },
      { name: "prod", context: { cluster: "prod", user: "jo" } },
    ]),
    refused:
      /error converting \*\[\]NamedContext into \*map\[string\]\*api.Context: duplicate name "prod" in list/,
  },
  {
    what: "two clusters of one name",
    files: twice("clusters", [
      { name: "prod", cluster: { server: "https://other.example" } },
      { name: "prod", cluster: { server: "SERVER" } },
    ]),
    refused:
      /error converting \*\[\]NamedCluster into \*map\[string\]\*api.Cluster: duplicate name "prod" in list/,
  },
  {
    what: "a current context that does not exist",
    files: { config: config({}, good, { "current-context": "none" }) },
    refused: /context was not found for specified context: none|has no context none/,
  },
  {
    what: "no current context",
    files: { config: config({}, good, { "current-context": "" }) },
    refused: /localhost:8080/,
    ours: { refused: /has no context set/, why: "nobody means localhost:8080" },
  },
  {
    what: "a context by its name",
    files: { config: config({}, good, { "current-context": "none" }) },
    context: "prod",
    seen: "token good",
  },
  // Keys and types.
  { what: "a key twice", files: { config: yaml("{ token: stale, token: good }") }, seen: "token good" },
  {
    what: "a key of the file twice",
    files: { config: `current-context: none\n${yaml("{ token: good }")}` },
    seen: "token good",
  },
  { what: "a key in another case", files: { config: config({}, { Token: "good" }) }, ...anonymous },
  {
    what: "a key that is not known",
    files: { config: config({}, { ...good, more: 1 }) },
    seen: "token good",
  },
  { what: "a tag that is not known", files: { config: yaml("{ token: !vault good }") }, seen: "token good" },
  {
    what: "an anchor that is merged",
    files: { config: `more: &more { token: good }\n${yaml("{ <<: *more }")}` },
    seen: "token good",
  },
  {
    what: "a number in place of a token",
    files: { config: yaml("{ token: 12345 }") },
    refused: /cannot unmarshal number into Go struct field AuthInfo.users.user.token of type string/,
  },
  {
    what: "a word that is a boolean in place of a token",
    files: { config: yaml("{ token: yes }") },
    refused: /cannot unmarshal bool into Go struct field AuthInfo.users.user.token of type string/,
  },
  {
    what: "a date in place of a token",
    files: { config: yaml("{ token: 2026-01-02 }") },
    seen: "token 2026-01-02",
  },
  {
    what: "a boolean as YAML writes it",
    files: {
      config: yaml("{ token: good }").replace(
        "certificate-authority: AUTHORITY",
        "insecure-skip-tls-verify: on",
      ),
    },
    seen: "token good",
  },
  { what: "no token", files: { config: yaml("{ token: null }") }, ...anonymous },
  { what: "a user that is empty", files: { config: yaml("null") }, ...anonymous },
  {
    what: "users as a map",
    files: { config: config({}, {}, { users: { jo: good } }) },
    refused: /cannot unmarshal object into Go struct field Config.users of type \[\]v1.NamedAuthInfo/,
  },
  {
    what: "groups as text",
    files: { config: config({}, { ...good, as: "jo", "as-groups": "a" }) },
    refused: /cannot unmarshal string into Go struct field AuthInfo.users.user.as-groups of type \[\]string/,
  },
  // The document.
  { what: "a byte order mark", files: { config: `\uFEFF${config({}, good)}` }, seen: "token good" },
  {
    what: "line breaks of Windows",
    files: { config: yaml("{ token: good }").replaceAll("\n", "\r\n") },
    seen: "token good",
  },
  {
    what: "two documents",
    files: { config: `${config({}, good)}\n---\n${config({}, { token: "second" })}` },
    seen: "token good",
  },
  {
    what: "no kind",
    files: { config: config({}, good, { apiVersion: undefined, kind: undefined }) },
    seen: "token good",
  },
  {
    what: "another version",
    files: { config: config({}, good, { apiVersion: "v2" }) },
    refused: /no kind "Config" is registered for version "v2"/,
  },
  {
    what: "another kind",
    files: { config: config({}, good, { kind: "Secret" }) },
    refused: /no kind "Secret" is registered for version "v1"/,
  },
  {
    what: "a list",
    files: { config: "- a\n" },
    refused: /couldn't get version\/kind; json parse error: json: cannot unmarshal array into Go value/,
  },
  {
    what: "text",
    files: { config: "CANARY\n" },
    refused: /couldn't get version\/kind; json parse error: json: cannot unmarshal string into Go value/,
  },
  { what: "broken YAML", files: { config: "users: [{token: CANARY\n- x" }, refused: /yaml: line \d+: / },
  {
    what: "an empty file",
    files: { config: "" },
    refused: /localhost:8080/,
    ours: { refused: /it has no contexts/, why: "nobody means localhost:8080" },
  },
  // Several files.
  {
    what: "a name in two files: the first one is the whole of it",
    files: { config: config({}, { as: "boss", username: "jo" }), second: config({}, good) },
    list: ["config", "second"],
    seen: "password jo: as boss",
  },
  {
    what: "the current context of the second file where the first has none",
    files: {
      config: config({}, good, { "current-context": undefined }),
      second: config({}, { token: "second" }),
    },
    list: ["config", "second"],
    seen: "token good",
  },
  {
    what: "a file that does not exist",
    files: { second: config({}, good) },
    list: ["none", "second"],
    seen: "token good",
  },
  {
    what: "an empty file before another",
    files: { config: "", second: config({}, good) },
    list: ["config", "second"],
    seen: "token good",
  },
  {
    what: "a broken file after another",
    files: { config: config({}, good), second: "users: [{token" },
    list: ["config", "second"],
    refused: /second.*yaml: line \d+: /s,
  },
  {
    what: "paths beside their own file",
    files: { config: "", "more/second": config({}, { tokenFile: "token" }), "more/token": "good" },
    list: ["config", "more/second"],
    seen: "token good",
  },
]
