// What the pages say, in one place.
#pragma once

#include "foundation/literal.h"

namespace salus::sign_in::texts {

// Of every failed sign-in, whatever was wrong: no page tells whether a name exists (N1).
inline constexpr Literal kDidNotWork =
    "That did not work. Check what you typed and try again, or use another way to sign in.";
inline constexpr Literal kTooManyGuesses =
    "There were too many attempts. Wait a little before you try again, or use a passkey.";
inline constexpr Literal kBusy = "The server is busy. Please try again in a moment.";
inline constexpr Literal kPasskeyDidNotWork =
    "That passkey did not work here. Try again, or use another way to sign in.";
inline constexpr Literal kCodeDidNotWork =
    "That code did not work. Each code works once: wait for the next one and try again.";
inline constexpr Literal kProviderDidNotWork =
    "Signing in there did not work here. Try again, or use another way to sign in.";
inline constexpr Literal kProviderAway =
    "The sign-in service does not answer as it should. Try again in a moment, or use another way.";

inline constexpr Literal kSignIn = "Sign in";
inline constexpr Literal kConfirm = "Confirm that it is you";
inline constexpr Literal kConfirmWhy =
    "What comes next needs a fresh sign-in, so that nobody else can do it at this computer.";
inline constexpr Literal kPasskeyNeeded = "This app asks for a passkey.";
inline constexpr Literal kWithPasskey = "Sign in with a passkey";
inline constexpr Literal kWithCode = "Sign in with a recovery code, or for the first time";
inline constexpr Literal kNoPasskeys =
    "Passkeys do not work in this browser. It may be an old one, or scripts may be off.";
inline constexpr Literal kWithProvider = "Sign in with ";
inline constexpr Literal kLeave = "You are on your way to sign in at";
inline constexpr Literal kUserName = "User name";
inline constexpr Literal kPassword = "Password";

inline constexpr Literal kOneTimePassword = "Six-digit code";
inline constexpr Literal kOneTimePasswordWhy =
    "Type the six digits that your authenticator app shows now.";
inline constexpr Literal kCode = "Sign in with a code";
inline constexpr Literal kCodeWhy =
    "Type the code that your administrator gave you for your first sign-in, or one of your "
    "recovery codes. Each works once, and lets you set up how you sign in from then on.";
inline constexpr Literal kOver = "This request is over";
inline constexpr Literal kOverWhy =
    "It waited for too long, or was begun in another browser. Go back to the app and start again.";

inline constexpr Literal kPatient = "Choose a patient";
inline constexpr Literal kPatientWhy = "Whose record will the app work with?";
inline constexpr Literal kPatientTooVague =
    "Type at least three letters of a name, and the birth date.";
inline constexpr Literal kNoSuchPatient = "No patient has this name and birth date.";
inline constexpr Literal kTooManyPatients =
    "Too many patients have this name and birth date. Type more of the name, or the id.";
inline constexpr Literal kWhichPatient = "Which patient?";
inline constexpr Literal kWhichPatientWhy =
    "These have the name and the birth date that you typed. It is recorded that you saw them.";
inline constexpr Literal kNoPatient = "There is no patient with this id.";
inline constexpr Literal kConsentSwapped =
    "What you were shown has changed. Look at it again before you decide.";

inline constexpr Literal kEmergency = "Declare an emergency";
inline constexpr Literal kEmergencyWhy =
    "This opens a record whatever the patient allowed and whoever cares for them. Declare an "
    "emergency only if it cannot wait. What you state here, and all that is opened with it, is on "
    "record for the privacy office.";
inline constexpr Literal kEmergencyReason = "Why is this an emergency?";
inline constexpr Literal kEmergencyReasonMissing =
    "State the reason in a few words: at least ten letters.";

inline constexpr Literal kAccount = "Your account";
inline constexpr Literal kEnrol = "Set up how you sign in";
inline constexpr Literal kEnrolWhy =
    "Set up a passkey, which is the easiest, or a password together with an authenticator app. "
    "Then sign in with it: your code opens nothing but this page.";
inline constexpr Literal kEnrolled =
    "You are set up. To go on, sign in with what you have just set up.";
inline constexpr Literal kSignInAnew = "Sign out and sign in again";
inline constexpr Literal kSignInAndGoOn = "Sign in and go on";
inline constexpr Literal kLastFactor =
    "This is the last way in which you can sign in. Set up another one first.";
inline constexpr Literal kRecoveryCodes = "Your recovery codes";
inline constexpr Literal kRecoveryCodesWhy =
    "Print them or write them down, and keep them where nobody else finds them. Each works once, "
    "for when you have lost everything else. They are not shown again.";
inline constexpr Literal kRecoveryCodesSaved = "I have saved them";
inline constexpr Literal kRecoveryCodesNewWhy = "Those that you have now stop working at once.";
inline constexpr Literal kRemovePasskeyWhy = "It will not sign you in any more.";
inline constexpr Literal kRemoveOneTimePasswordWhy =
    "Your password alone does not sign you in: you will need a passkey.";
inline constexpr Literal kSetPassword = "Set a password";
inline constexpr Literal kSetPasswordWhy =
    "At least eight characters. A few words that have nothing to do with each other are good.";
inline constexpr Literal kPasswordAgain = "New password again";
inline constexpr Literal kPasswordRefused = "A password has 8 to 256 characters.";
inline constexpr Literal kPasswordCommon =
    "That password is among the first that anybody would guess. Choose another one.";
inline constexpr Literal kPasswordsDiffer = "The two passwords differ.";
inline constexpr Literal kAuthenticatorApp = "Authenticator app";
inline constexpr Literal kSetOneTimePassword = "Set up an authenticator app";
inline constexpr Literal kSetOneTimePasswordWhy =
    "Scan this with an authenticator app on your phone, or type the key into it. Then type the six "
    "digits that it shows.";
inline constexpr Literal kPasswordFirst =
    "Set a password first: an authenticator app goes with it.";

}  // namespace salus::sign_in::texts
