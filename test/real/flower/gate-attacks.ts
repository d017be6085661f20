/** What somebody who reaches the gate may try in order to reach more than the Fleet API. Each is a text as it goes over the wire. */

export interface Attack {
  readonly name: string
  readonly bytes: string
}

/** In each request that is hidden in another one: where it arrives, it is seen. */
export const SMUGGLED = "smuggled"

const METHODS = "GET HEAD POST PUT DELETE PATCH OPTIONS TRACE CONNECT PROPFIND BREW get Post".split(" ")
const HEADERS = "Host: fleet-api\r\nConnection: close\r\nContent-Length: 0\r\n"
const request = (line: string, headers = HEADERS): Attack => ({
  name: JSON.stringify(line).slice(1, 120),
  bytes: `${line}\r\n${headers}\r\n`,
})
const encoded = (text: string): string =>
  [...text].map((one) => `%${one.charCodeAt(0).toString(16).padStart(2, "0")}`).join("")

/** Every path of the other APIs, by every method. */
export const onPaths = (paths: readonly string[]): Attack[] =>
  paths.flatMap((path) => METHODS.map((method) => request(`${method} ${path} HTTP/1.1`)))

/** A path of another API that looks like one of the Fleet API to whoever reads it otherwise. */
function disguises(path: string): string[] {
  const fleet = "/v1/fleet"
  const up = [
    "..",
    "%2e%2e",
    "%2E%2E",
    ".%2e",
    "%2e.",
    "%252e%252e",
    "..;",
    "..;x=1",
    "..%00",
    "%c0%ae%c0%ae",
    "%ff0e.",
    "..%20",
  ]
  const slash = ["/", "%2f", "%2F", "%252f", "\\", "%5c", "%5C", "//", "/./", ";/", "%c0%af"]
  const climbs = up.flatMap((dots) =>
    slash.map((to) => `${fleet}${to}${dots}${to}${dots}${path.replaceAll("/", to)}`),
  )
  const deep = up.map((dots) => `${fleet}/pull-messages/${dots}/${dots}/${dots}${path}`)
  const halves = up.map((dots) => `${fleet}/${dots}${path.replace(/^\/v1/, "")}`)
  return [
    ...climbs,
    ...deep,
    ...halves,
    ...[
      `/${path}`,
      `//${path}`,
      `/.${path}`,
      `/./${path}`,
      `/x/..${path}`,
      `${path}/`,
      `${path}/.`,
      `${path}//`,
    ],
    ...[path.toUpperCase(), path.replace("v1", "V1"), encoded(path), `/${encoded(path.slice(1))}`],
    ...[
      `${path}?x=${fleet}/`,
      `${path}#${fleet}/pull-messages`,
      `${path};${fleet}/`,
      `${path}%23`,
      `${path}%3f`,
    ],
    ...[`${path}%00`, `${path}%0d%0aX:y`, `${path}\u0000`, `${path}\u00ff`, `${path}\t`, `${path}%20`],
    ...[`${fleet}/?/../..${path}`, `${fleet}/pull-messages?${path}`, `${fleet}/pull-messages;/../..${path}`],
    ...[
      `${fleet}/pull-messages%0aGET%20${path}`,
      `${fleet}/pull-messages#/../..${path}`,
      `${fleet}/${encoded(path)}`,
    ],
    ...[
      `${fleet}//..//..${path}`,
      `${fleet}${path}`,
      `/fleet/..${path}`,
      `${fleet}%2f..%2f..${path}`,
      `${fleet}`,
      `${fleet}/`,
    ],
    ...[
      `http://fleet-api${path}`,
      `https://fleet-api${path}`,
      `http://127.0.0.1:8000${path}`,
      `ftp://x${path}`,
    ],
    ...[
      `http://x${fleet}/../..${path}`,
      `http:${path}`,
      `http:/${path}`,
      `x:80${path}`,
      `*`,
      `*${path}`,
      `fleet-api:9092`,
    ],
    ...[`@127.0.0.1:8000${path}`, `/@127.0.0.1:8000${path}`, path.slice(1), `.${path}`, `\\${path}`],
  ]
}

export const onDisguises = (path: string): Attack[] =>
  disguises(path).flatMap((target) =>
    ["POST", "GET"].map((method) => request(`${method} ${target} HTTP/1.1`)),
  )

/** Request lines that readers split in different ways. */
export const onRequestLines = (path: string): Attack[] =>
  [
    ...[
      "HTTP/1.0",
      "HTTP/0.9",
      "HTTP/1.2",
      "HTTP/2.0",
      "HTTP/2",
      "HTTP/3.0",
      "HTTP/1.1 ",
      "HTTP/1.10",
      "HTTP/01.1",
      "http/1.1",
      "HTTP/1.1/v1/fleet/x",
      "HTTPS/1.1",
      "HTTP/1.1 x",
      "",
    ].flatMap((version) => [`POST ${path} ${version}`, `POST /v1/fleet/../..${path} ${version}`]),
    `POST ${path}`,
    `POST  ${path}  HTTP/1.1`,
    `POST\t${path}\tHTTP/1.1`,
    `POST /v1/fleet/pull-messages ${path} HTTP/1.1`,
    `POST ${path} /v1/fleet/pull-messages HTTP/1.1`,
    `POST /v1/fleet/pull-messages\r${path} HTTP/1.1`,
    `POST /v1/fleet/pull-messages\u0085${path} HTTP/1.1`,
    `\r\n\r\nPOST ${path} HTTP/1.1`,
    ` POST ${path} HTTP/1.1`,
    `POST\u0000 ${path} HTTP/1.1`,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n",
  ].map((line) => request(line))

/** Headers by which one server tells another what to do instead. */
export const onHeaders = (path: string): Attack[] => {
  const fleet = "POST /v1/fleet/pull-messages HTTP/1.1"
  const overrides = [
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-HTTP-Method-Override",
    "X-Forwarded-Prefix",
    "X-Forwarded-Path",
    "X-Accel-Redirect",
    "Forwarded",
    "Destination",
  ]
  const upgrades = [
    "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    "Upgrade: TLS/1.0\r\nConnection: Upgrade\r\n",
    "Upgrade: h2c\r\n",
    "uPGRADE: websocket\r\n",
  ]
  return [
    ...overrides.map((name) => request(fleet, `${HEADERS}${name}: ${path}\r\n`)),
    ...upgrades.flatMap((headers) =>
      [fleet, "GET /health HTTP/1.1", `GET ${path} HTTP/1.1`].map((line) =>
        request(line, `Host: x\r\nContent-Length: 0\r\n${headers}`),
      ),
    ),
    request(fleet, `Host: x\r\nX: ${"a".repeat(70_000)}\r\n`),
    request(fleet, `Host: x\r\n${"X: a\r\n".repeat(12_000)}`),
    request(`POST /v1/fleet/${"a".repeat(70_000)} HTTP/1.1`),
    request(fleet, "Host: a\r\nHost: b\r\nContent-Length: 0\r\n"),
    request(fleet, "Content-Length: 0\r\n"),
    request(fleet, `Host: ${path}\r\nContent-Length: 0\r\n`),
    request(fleet, "Host: x\r\nNo colon\r\nContent-Length: 0\r\n"),
    request(fleet, "Host: x\r\nConnection: Content-Length, X-Forwarded-For\r\nContent-Length: 0\r\n"),
  ]
}

/** A request of another API within, or right behind, one of the Fleet API: readers that disagree about its length find it. */
export function onLengths(path: string): Attack[] {
  const inner = `POST ${path}?${SMUGGLED} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`
  const fleet = (headers: string, body: string, name: string): Attack => ({
    name,
    bytes: `POST /v1/fleet/pull-messages HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`,
  })
  const size = inner.length
  const ended = `0\r\n\r\n${inner}`
  const encodings = [
    ...[
      "Transfer-Encoding: xchunked",
      "Transfer-Encoding : chunked",
      "Transfer-Encoding:\tchunked",
      "Transfer-Encoding: \u000bchunked",
    ],
    ...[
      "Transfer-Encoding: chunked\u0000",
      "Transfer-Encoding: CHUNKED",
      "Transfer-Encoding: chunked, identity",
      "X: y\r\n Transfer-Encoding: chunked",
    ],
    ...[
      "Transfer-Encoding: identity, chunked",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
      "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
    ],
    ...[
      "Transfer_Encoding: chunked",
      "Transfer-Encoding:\r\n chunked",
      "X: y\rTransfer-Encoding: chunked",
      "X: y\nTransfer-Encoding: chunked",
    ],
    ...[
      'Transfer-Encoding: "chunked"',
      "Transfer-Encoding: chunked;x=1",
      "Transfer-Encoding: gzip, chunked",
      " Transfer-Encoding: chunked",
      "\u0000Transfer-Encoding: chunked",
    ],
  ]
  const lengths = [
    `Content-Length: ${size}\r\nContent-Length: 0`,
    `Content-Length: 0\r\nContent-Length: ${size}`,
    "Content-Length: 0\r\nContent-Length: 0",
    ...[
      "0, 0",
      `0, ${size}`,
      "+0",
      "-1",
      "0x0",
      "0 ",
      " 0",
      "0_0",
      "1e1",
      "99999999999999999999",
      "0;x",
      "\u00000",
      "",
      "0\u000b",
    ].map((value) => `Content-Length: ${value}`),
    "Content-Length : 0",
    "content_length: 0",
    `X: y\nContent-Length: ${size}`,
    `X: y\r\n Content-Length: ${size}`,
    `Content\u0000-Length: ${size}`,
  ]
  const chunks = [
    ["chunk size in hexadecimal with a prefix", `0x0\r\n\r\n${inner}`],
    ["a chunk extension", `0;${path}\r\n\r\n${inner}`],
    ["a line feed in a chunk extension", `2;\nxx\r\n${size.toString(16)}\r\n0\r\n\r\n${inner}`],
    ["a carriage return in a chunk extension", `2;\rxx\r\nab\r\n${ended}`],
    ["line feeds alone", `0\n\n${inner}`],
    ["no end of a chunk's data", `2\r\nabc\r\n${ended}`],
    ["a size that overflows", `10000000000000000\r\n${ended}`],
    ["a size that overflows to 0", `100000000\r\n${ended}`],
    ["a negative size", `-0\r\n\r\n${inner}`],
    ["a size with a blank", `0 \r\n\r\n${inner}`],
    ["an empty size", `\r\n\r\n${inner}`],
    ["a request in the trailer", `0\r\n${inner}\r\n`],
    ["lengths in the trailer", `0\r\nContent-Length: ${size}\r\nTransfer-Encoding: chunked\r\n\r\n${inner}`],
    ["a request as data", `${size.toString(16)}\r\n${inner}\r\n0\r\n\r\n`],
  ] as const
  return [
    fleet(`Content-Length: ${ended.length}\r\nTransfer-Encoding: chunked\r\n`, ended, "CL.TE"),
    fleet(
      `Transfer-Encoding: chunked\r\nContent-Length: ${ended.length}\r\n`,
      ended,
      "TE and CL in the other order",
    ),
    fleet(
      "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
      `${size.toString(16)}\r\n${inner}\r\n0\r\n\r\n`,
      "TE.CL",
    ),
    ...encodings.flatMap((header) => {
      const name = JSON.stringify(header)
      return [
        fleet(`${header}\r\n`, ended, name),
        fleet(`${header}\r\nContent-Length: ${ended.length}\r\n`, ended, `${name} with a length`),
        fleet(`Content-Length: 5\r\n${header}\r\n`, ended, `${name} behind a length of 5`),
      ]
    }),
    ...lengths.map((header) => fleet(`${header}\r\n`, inner, JSON.stringify(header))),
    ...chunks.map(([name, body]) => fleet("Transfer-Encoding: chunked\r\n", body, name)),
    fleet("", inner, "no length"),
    fleet("Content-Length: 0\r\n", inner, "right behind"),
    fleet(`Expect: 100-continue\r\nContent-Length: ${size}\r\n`, inner, "100-continue"),
    fleet("Expect: 100-continue\r\nContent-Length: 0\r\n", inner, "100-continue without a body"),
    fleet(`Content-Length: ${size}\r\nConnection: Content-Length\r\n`, inner, "a length that is for one hop"),
    {
      name: "GET /health with a body",
      bytes: `GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n${inner}`,
    },
    {
      name: "GET /health in chunks",
      bytes: `GET /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${inner}\r\n0\r\n\r\n`,
    },
    {
      name: "line feeds alone",
      bytes: `POST /v1/fleet/pull-messages HTTP/1.1\nHost: x\nContent-Length: 0\n\n${inner.replaceAll("\r", "")}`,
    },
    {
      name: "carriage returns alone",
      bytes: `POST /v1/fleet/pull-messages HTTP/1.1\rHost: x\rContent-Length: 0\r\r${inner}`,
    },
    { name: "nothing but the inner request", bytes: inner },
  ]
}
