import { holdTo } from "./hardened.ts"

holdTo("1.38.0")
