import { holdTo } from "./node-auth.ts"

holdTo("1.42.0")
