/** Theme variables as VS Code 1.139 hands them to a webview (Dark Modern, Light Modern, High Contrast), for drawing without it. */

const COMMON = {
  'font-family': 'system-ui, "Ubuntu", "Liberation Sans", "DejaVu Sans", sans-serif',
  'font-size': '13px',
  'font-weight': 'normal',
  'editor-font-family': '"DejaVu Sans Mono", monospace',
  'editor-font-size': '14px',
};

export interface Theme {
  bodyClass: string;
  variables: Record<string, string>;
}

export const THEMES: Record<string, Theme> = {
  dark: {
    bodyClass: 'vscode-dark',
    variables: {
      ...COMMON,
      foreground: '#cccccc',
      'editor-foreground': '#cccccc',
      'editor-background': '#1f1f1f',
      descriptionForeground: '#9d9d9d',
      errorForeground: '#f85149',
      focusBorder: '#0078d4',
      'charts-blue': '#59a4f9',
      'charts-purple': '#b180d7',
      'charts-green': '#89d185',
      'charts-yellow': '#cca700',
      'symbolIcon-classForeground': '#ee9d28',
      'terminal-ansiCyan': '#11a8cd',
      'list-hoverBackground': '#2a2d2e',
      'editor-stackFrameHighlightBackground': 'rgba(255, 255, 0, 0.2)',
      'debugIcon-breakpointCurrentStackframeForeground': '#ffcc00',
      'panelTitle-activeForeground': '#cccccc',
      'panelTitle-activeBorder': '#0078d4',
      'panelTitle-inactiveForeground': '#9d9d9d',
      'icon-foreground': '#cccccc',
    },
  },
  light: {
    bodyClass: 'vscode-light',
    variables: {
      ...COMMON,
      foreground: '#3b3b3b',
      'editor-foreground': '#3b3b3b',
      'editor-background': '#ffffff',
      descriptionForeground: '#3b3b3b',
      errorForeground: '#f85149',
      focusBorder: '#005fb8',
      'charts-blue': '#0063d3',
      'charts-purple': '#652d90',
      'charts-green': '#388a34',
      'charts-yellow': '#bf8803',
      'symbolIcon-classForeground': '#d67e00',
      'terminal-ansiCyan': '#0598bc',
      'list-hoverBackground': '#f2f2f2',
      'editor-stackFrameHighlightBackground': 'rgba(255, 255, 102, 0.45)',
      'debugIcon-breakpointCurrentStackframeForeground': '#be8700',
      'panelTitle-activeForeground': '#3b3b3b',
      'panelTitle-activeBorder': '#005fb8',
      'panelTitle-inactiveForeground': '#3b3b3b',
      'icon-foreground': '#3b3b3b',
    },
  },
  highContrast: {
    bodyClass: 'vscode-high-contrast',
    variables: {
      ...COMMON,
      foreground: '#ffffff',
      'editor-foreground': '#ffffff',
      'editor-background': '#000000',
      descriptionForeground: 'rgba(255, 255, 255, 0.7)',
      errorForeground: '#f48771',
      focusBorder: '#f38518',
      contrastBorder: '#6fc3df',
      contrastActiveBorder: '#f38518',
      'charts-blue': '#59a4f9',
      'charts-purple': '#b180d7',
      'charts-green': '#89d185',
      'charts-yellow': '#ffd370',
      'symbolIcon-classForeground': '#ee9d28',
      'terminal-ansiCyan': '#00cdcd',
      'list-hoverBackground': 'rgba(255, 255, 255, 0.1)',
      'editor-stackFrameHighlightBackground': 'rgba(255, 255, 0, 0.2)',
      'debugIcon-breakpointCurrentStackframeForeground': '#ffcc00',
      'panelTitle-activeForeground': '#ffffff',
      'panelTitle-activeBorder': '#6fc3df',
      'panelTitle-inactiveForeground': '#ffffff',
      'icon-foreground': '#ffffff',
    },
  },
};
