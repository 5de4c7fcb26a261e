/** What of a dashboard the tests look at. */
export interface PrintedDashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly description?: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

/** All queries of a dashboard. */
export function expressionsIn({ panels }: PrintedDashboard): string[] {
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

/** The metrics that a query in PromQL names, each as often as it does. */
export function metricsIn(expression: string): string[] {
  const bare = expression.replaceAll(/"[^"]*"/g, '""').replaceAll(/\b(?:by|on|group_left) \([^)]*\)/g, "");
  return bare.match(/\b(?:pyroscope|pyroduct|process)_\w+/g) ?? [];
}

/** The labels that a template of an alert names. */
export function labelsIn(template: string): string[] {
  return [...template.matchAll(/\$labels\.(\w+)/g)].map((match) => match[1] ?? "");
}
