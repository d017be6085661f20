import { holdTo } from "./node-auth.ts"

holdTo("1.34.0")
