/**
 * What oxlint's own rules cannot say of the pure layers (`evenkeel/no-hidden-input`, .oxlintrc.json): that a date is made of
 * an argument and never of the clock, that Math and Date are used by the names of their members, and that no code is
 * fetched while it runs. test/tidy.test.ts says the same in its own way, and compares both on planted faults.
 */
const noHiddenInput = {
  create(context) {
    const report = (node, message) => context.report({ node, message })
    return {
      Identifier(node) {
        if (node.name !== 'Date' && node.name !== 'Math') return
        if (isPlainUse(node) || isName(node)) return
        report(node, `${node.name} stands for the clock or for chance here: give the value as an argument`)
      },
      ImportExpression: (node) => report(node, 'a pure layer imports at its head'),
      MetaProperty(node) {
        if (node.meta.name === 'import') report(node, 'a pure layer does not know where it lies')
      },
    }
  },
}

/** `Math.max`, `Date.parse` and `new Date(milliseconds)`. */
function isPlainUse(node) {
  const { parent } = node
  if (parent.type === 'MemberExpression') return parent.object === node && !parent.computed
  return (
    node.name === 'Date' && parent.type === 'NewExpression' && parent.callee === node && parent.arguments.length > 0
  )
}

/** The name of a member, of a key or of a type is no value. */
function isName(node) {
  const { parent } = node
  if (parent.type.startsWith('TS')) return !/^TS(?:As|Satisfies|NonNull|TypeAssertion)/.test(parent.type)
  const isKey = parent.key === node && parent.value !== node
  return !parent.computed && (isKey || parent.property === node)
}

export default { meta: { name: 'evenkeel' }, rules: { 'no-hidden-input': noHiddenInput } }
