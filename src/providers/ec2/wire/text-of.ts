/** EC2 sends an empty element for some members that have no value. */
export function textOf(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
