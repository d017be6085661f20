/** An image whose program serves port 7000 of its pod. */
import type { PracticeImage } from "../../lib/practice/types/images.ts"

/** Says `first`, then echoes; or sends or receives so many bytes on request. A receiver starts after a pause. */
const SERVER = `require("node:net").createServer({ allowHalfOpen: true }, (socket) => {
  socket.on("error", () => {})
  socket.write("first")
  socket.once("data", (bytes) => {
    const [, what, size] = /^(give|take) (\\d+)\\n/.exec(bytes) ?? []
    if (what === "give") socket.write(Buffer.alloc(Number(size)), () => console.log("given"))
    else if (what === "take") {
      let left = Number(size)
      socket.pause()
      socket.on("data", (more) => {
        left -= more.length
        if (left === 0) socket.write("taken")
      })
      process.once("SIGUSR2", () => socket.resume())
    } else {
      socket.write(bytes)
      socket.pipe(socket)
    }
  })
  socket.on("end", () => socket.end())
}).listen(process.argv[1], "127.0.0.1", () => console.log("listening", process.pid))`

export const images: readonly PracticeImage[] = [
  {
    image: /example\/echo/,
    start(container) {
      void container.serve(7000).then((port) => {
        container.run({ command: process.execPath, args: ["-e", SERVER, String(port)], env: {} })
        container.ready()
      })
    },
  },
]
