/** One SuperLink's site and so many SuperNodes', as practice names them. */
export const sitesOf = (supernodes: number): { name: string; role: string }[] => [
  { name: "superlink", role: "superlink" },
  ...Array.from({ length: supernodes }, (_, index) => ({
    name: `supernode-${index + 1}`,
    role: "supernode",
  })),
]
