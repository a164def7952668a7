#compdef evenkeel
# Completion of evenkeel for zsh.
_evenkeel() {
  local line kind=''
  local -a plain open
  while IFS= read -r line; do
    if [[ -z $kind ]]; then
      kind=$line
    elif [[ ${line%%$'\t'*} == *[:/] ]]; then
      open+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    else
      plain+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    fi
  done < <("$words[1]" __complete zsh "${(@Q)words[2,CURRENT]}" 2>/dev/null)
  local found=1
  (( $#plain )) && _describe evenkeel plain && found=0
  (( $#open )) && _describe evenkeel open -S '' && found=0
  if [[ $kind == files ]]; then
    compset -P '--*='
    _files && found=0
  fi
  return found
}
if [[ $funcstack[1] == _evenkeel ]]; then
  _evenkeel "$@"
elif (( $+functions[compdef] )); then
  compdef _evenkeel evenkeel
fi
