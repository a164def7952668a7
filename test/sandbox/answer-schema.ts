import type { Element } from './answer-xml.js'
import type { Tree } from './sdk-schemas.js'

/** Notes what of an answer of the Query protocol has another name or type than the SDK reads. */
export function compareAnswer(element: Element, tree: Tree, path: string, wrong: Set<string>): void {
  if (tree.kind === 'list') {
    for (const child of element.children) {
      if (child.name === 'member') compareAnswer(child, tree.of(), `${path}[]`, wrong)
      else wrong.add(`${path}.${child.name} is no member`)
    }
  } else if (tree.kind === 'structure') {
    const known = tree.members()
    for (const child of element.children) {
      const member = known.get(child.name)
      if (member) compareAnswer(child, member, `${path}.${child.name}`, wrong)
      else wrong.add(`${path}.${child.name} is unknown to the SDK`)
    }
  } else {
    const form = { number: /^-?[0-9.]+$/, boolean: /^(true|false)$/, time: /^\d{4}-/ }[tree.type]
    if (element.children.length > 0 || form?.test(element.text) === false) wrong.add(`${path} is no ${tree.type}`)
  }
}
