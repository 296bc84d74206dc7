/** Writes the table of settings into docs/configuration.md. */
import { renderSettings } from '../src/main/config-table.ts'

const PAGE = 'docs/configuration.md'
const page = await Bun.file(PAGE).text()
await Bun.write(
  PAGE,
  page.replace(/(<!-- settings: [^\n]*-->\n)[\s\S]*?(<!-- \/settings -->)/, (_, begin: string, end: string) => {
    return `${begin}\n${renderSettings()}\n\n${end}`
  }),
)
