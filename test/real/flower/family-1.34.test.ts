import { holdTo } from "./family.ts"

holdTo("1.34.0")
