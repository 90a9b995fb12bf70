// KaTeX's style sheet and fonts for formulas that the server has rendered. Its program stays on the server.
import 'katex/dist/katex.min.css'
