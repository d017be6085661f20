import { holdTo } from "./hardened.ts"

holdTo("1.42.0")
