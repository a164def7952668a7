// What a report page does beside being read: everything in it can be read without.
import { listenForKeys } from './keys.js'
import { openForPrint, openTarget } from './opening.js'
import { prepareDrawings } from './drawings.js'
import { prepareFilters } from './change-filters.js'
import { prepareTheme } from './theme.js'
import { prepareTimelines } from './timelines.js'

prepareTheme()
for (const section of document.querySelectorAll<HTMLElement>('section.changes')) prepareFilters(section)
for (const section of document.querySelectorAll<HTMLElement>('section.waits')) prepareDrawings(section)
for (const section of document.querySelectorAll<HTMLElement>('section.run')) prepareTimelines(section)
listenForKeys()
openForPrint()
openTarget()
