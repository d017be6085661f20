/** An older one fails later, or does nothing at all: it knows no `import.meta.main`. As in package.json (`engines`). */
const OLDEST = "22.22.2"

const [is, least] = [process.versions.node, OLDEST].map((version) => version.split(".").map(Number))
const first = is!.findIndex((part, index) => part !== least![index])
if (first !== -1 && is![first]! < least![first]!) {
  throw new Error(`Node ${OLDEST} or newer is needed, and this is ${process.versions.node}`)
}
