; "Open with Pedicle" for record folders.
!macro customInstall
  WriteRegStr SHCTX "Software\Classes\Directory\shell\Pedicle" "" "Open as a procedure record"
  WriteRegStr SHCTX "Software\Classes\Directory\shell\Pedicle\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
!macroend
!macro customUnInstall
  DeleteRegKey SHCTX "Software\Classes\Directory\shell\Pedicle"
!macroend
