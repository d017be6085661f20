import { holdTo } from "./family.ts"

holdTo("1.41.0")
