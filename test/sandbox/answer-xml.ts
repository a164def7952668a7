export interface Element {
  readonly name: string
  readonly children: Element[]
  text: string
}

/** Enough of XML for what the endpoint writes: elements and text, no attributes but on the root. */
export function parseXml(xml: string): Element {
  const root: Element = { name: '', children: [], text: '' }
  const stack = [root]
  for (const [, closing, name, empty, text] of xml.matchAll(/<(\/?)([A-Za-z0-9]+)[^>]*?(\/?)>|([^<]+)/g)) {
    const top = stack.at(-1)!
    if (text !== undefined) top.text += text
    else if (closing) stack.pop()
    else {
      const element: Element = { name: name!, children: [], text: '' }
      top.children.push(element)
      if (!empty) stack.push(element)
    }
  }
  return root.children[0]!
}
