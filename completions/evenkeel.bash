# Completion of evenkeel for bash.
_evenkeel() {
  local line kind='' breaks=''
  COMPREPLY=()
  case $COMP_WORDBREAKS in *=*) breaks="=" ;; esac
  case $COMP_WORDBREAKS in *:*) breaks="$breaks:" ;; esac
  while IFS= read -r line; do
    if [ -z "$kind" ]; then kind=$line; else COMPREPLY+=("$line"); fi
  done < <("$1" __complete bash "${COMP_LINE:0:COMP_POINT}" "$breaks" 2>/dev/null)
  if [ "$kind" != files ]; then compopt +o default 2>/dev/null; fi
  case "${COMPREPLY[0]-}" in *[:/]) compopt -o nospace 2>/dev/null ;; esac
}
complete -o default -F _evenkeel evenkeel
