import { trusted } from '../html.js'

/** The style of a drawing that stands alone; a page has the same colours in its own (page/browser/style). */
export const graphStyle = trusted(`
svg{--surface:#fff;--line:#9aa3ad;--border:#c9d0d7;--ink:#1c2126;--muted:#59626c;--create:#1a7f37;--update:#9a6700;--replace:#8250df;--remove:#c5221f;--adopt:#0b6bcb;background:var(--surface)}
@media (prefers-color-scheme:dark){svg{--surface:#14181d;--line:#667281;--border:#3a434d;--ink:#e4e8ec;--muted:#a3adb8;--create:#57c774;--update:#d6a53c;--replace:#b794f6;--remove:#ff7b72;--adopt:#6cb0ff}}
.edges path{fill:none;stroke:var(--line);stroke-width:1.2}
.node rect{fill:var(--surface);stroke:var(--border)}
.node .stripe{stroke:none;fill:var(--muted)}
.node.create .stripe{fill:var(--create)}.node.update .stripe{fill:var(--update)}.node.replace .stripe{fill:var(--replace)}
.node.remove .stripe{fill:var(--remove)}.node.adopt .stripe{fill:var(--adopt)}
.node.impact-data-loss>rect:first-of-type{stroke:var(--remove);stroke-width:2}
.node.impact-downtime>rect:first-of-type,.node.impact-restart>rect:first-of-type{stroke:var(--update)}
.node text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;fill:var(--ink)}
.node .action{font:600 11px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;fill:var(--muted)}
`)
