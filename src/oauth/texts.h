// What the pages of this room say, in one place.
#pragma once

#include "foundation/literal.h"

namespace salus::oauth::texts {

inline constexpr Literal kMistake = "The app made a mistake";
// After the app's name.
inline constexpr Literal kMistakeWhy =
    " asked for a sign-in in a way that this server does not take. Nobody was signed in, and the "
    "app was told nothing.";
inline constexpr Literal kMistakeBack =
    "Because you are not signed in here, you were not sent back to it. If you came from this app "
    "and know this address, you can go there:";
inline constexpr Literal kMistakeElse = "Otherwise close this page.";
inline constexpr Literal kMistakeDetail = "For whoever looks after the app";

inline constexpr Literal kSignOutAsked = "Sign out?";
inline constexpr Literal kSignOutWhy = "An app asks to sign you out in this browser.";
// After the app's name.
inline constexpr Literal kSignOutOf = " asks to sign you out in this browser.";
inline constexpr Literal kStaySignedIn = "Stay signed in";
inline constexpr Literal kSignOut = "Sign out";
inline constexpr Literal kSignedOut = "You are signed out";
inline constexpr Literal kSignedOutWhy = "You can close this page.";
inline constexpr Literal kSignInAgain = "Sign in again";

}  // namespace salus::oauth::texts
