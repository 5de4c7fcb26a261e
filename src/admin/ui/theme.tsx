import { signal } from "@preact/signals";

const themes = ["system", "light", "dark"] as const;

type Theme = (typeof themes)[number];

/** Where the browser keeps what was chosen. */
const storageKey = "pyroduct.theme";

const chosen = signal<Theme>(storedTheme());

function storedTheme(): Theme {
  const stored = localStorage.getItem(storageKey);
  return themes.find((theme) => theme === stored) ?? "system";
}

function apply(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

apply(chosen.value);

/** Lets one choose between the colours of the system, light and dark ones. */
export function ThemeChoice() {
  const choose = (theme: Theme) => {
    chosen.value = theme;
    localStorage.setItem(storageKey, theme);
    apply(theme);
  };
  return (
    <label class="theme-choice">
      <span class="visually-hidden">Colours</span>
      <select
        value={chosen.value}
        onChange={(event) => choose(themes.find((theme) => theme === event.currentTarget.value) ?? "system")}
      >
        <option value="system">System colours</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}
