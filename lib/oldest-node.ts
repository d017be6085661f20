/** An older Node fails later, or does nothing because it does not have `import.meta.main`. As in package.json (`engines`). */
const OLDEST = "22.22.2"

const [current, oldest] = [process.versions.node, OLDEST].map((version) => version.split(".").map(Number))
const first = current!.findIndex((part, index) => part !== oldest![index])
if (first !== -1 && current![first]! < oldest![first]!) {
  throw new Error(`Node ${OLDEST} or newer is required, and this is Node ${process.versions.node}`)
}
