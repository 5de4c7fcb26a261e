import { render } from "preact";
import { Shell } from "./shell.tsx";

const page = document.getElementById("page");
if (page === null) throw new Error("the document has no element for the page");
render(<Shell />, page);
