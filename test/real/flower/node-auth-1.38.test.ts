import { holdTo } from "./node-auth.ts"

holdTo("1.38.0")
