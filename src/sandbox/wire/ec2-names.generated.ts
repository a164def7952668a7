export const otherActions = ``
export const otherParameters: Readonly<Record<string, string>> = {}
