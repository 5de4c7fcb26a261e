/** Files of speedscope's release, imported as files: where they are. */
declare module "speedscope/dist/release/*" {
  const path: string;
  export default path;
}
