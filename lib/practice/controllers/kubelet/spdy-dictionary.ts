/** The words that SPDY's header compression begins with (draft 3.1, section 2.6.10.1): both ends must have the same. */

/** Each stands there with its length before it. `_` is a space. */
const WORDS = `
options head post put delete trace accept accept-charset accept-encoding accept-language
accept-ranges age allow authorization cache-control connection content-base content-encoding
content-language content-length content-location content-md5 content-range content-type date
etag expect expires from host if-match if-modified-since if-none-match if-range
if-unmodified-since last-modified location max-forwards pragma proxy-authenticate
proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade
user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url
public set-cookie keep-alive origin
`
/** These stand there as they are. */
const TEXT = [
  "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 N",
  "on-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized4",
  "03 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan",
  " Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTch",
  "unked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,",
  "text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,en",
  "q=0.",
].join("")

const counted = (word: string): Buffer => {
  const text = word.replaceAll("_", " ")
  const bytes = Buffer.alloc(4 + text.length)
  bytes.writeUInt32BE(text.length)
  bytes.write(text, 4)
  return bytes
}

export const dictionary = Buffer.concat([...WORDS.trim().split(/\s+/).map(counted), Buffer.from(TEXT)])
