/** What Skupper's own containers do in practice: they start, say so and are ready. */
import type { PracticeImage } from "../../types/images.ts"
import { VERSION } from "./common.ts"

export const skupperImages: readonly PracticeImage[] = [
  {
    image: /\/skupper-router:/,
    start(container) {
      container.log("SERVER (info) Container Name: skupper-router")
      container.log("ROUTER (info) Router started in Interior mode")
      container.ready()
      return () => container.log("SERVER (notice) Shut Down")
    },
  },
  {
    image: /\/(kube-adaptor|controller):/,
    start(container) {
      container.log(`level=INFO msg="Version info" version=${VERSION}`)
      container.ready()
    },
  },
]
