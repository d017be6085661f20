/** How the name of a practice cluster's certificate authority starts: reports tell practice by it. */
export const PRACTICE_AUTHORITY = "practice "
