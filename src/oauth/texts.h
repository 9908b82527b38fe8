// What the pages of this room say, in one place.
#pragma once

#include "foundation/literal.h"

namespace salus::oauth::texts {

inline constexpr Literal kMistake = "The app made a mistake";
inline constexpr Literal kMistakeWhy =
    "It asked for a sign-in in a way that this server does not take. Nobody was signed in, and the "
    "app was told nothing.";
inline constexpr Literal kMistakeBack =
    "Nobody is signed in in this browser, so it was not sent on by itself. If you came from this "
    "app and know its address, you can go back there:";
inline constexpr Literal kMistakeElse = "If not, close this page.";
inline constexpr Literal kMistakeDetail = "For whoever looks after the app";

inline constexpr Literal kSignOutAsked = "Sign out?";
inline constexpr Literal kSignOutWhy = "An app asks to end your session in this browser.";
inline constexpr Literal kSignOut = "Sign out";
inline constexpr Literal kSignedOut = "You are signed out";
inline constexpr Literal kSignedOutWhy = "You can close this page.";

}  // namespace salus::oauth::texts
