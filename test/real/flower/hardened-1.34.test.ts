import { holdTo } from "./hardened.ts"

holdTo("1.34.0")
