/** An older Node fails later, or does nothing because it does not have `import.meta.main`. As in package.json (`engines`). */
const OLDEST = "22.22.2"

const [current, oldest] = [process.versions.node, OLDEST].map((version) => version.split(".").map(Number))
const first = current!.findIndex((part, index) => part !== oldest![index])
if (first !== -1 && current![first]! < oldest![first]!) {
  // An exception would print a stack; and nothing may be evaluated after this.
  process.stderr.write(
    `Node ${OLDEST} or newer is required, and this is Node ${process.versions.node}: ` +
      "install a newer version (https://nodejs.org), or put `npx` in front in a checkout.\n",
  )
  process.exit(2)
}
