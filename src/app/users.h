// People of an instance (IAM-1, IAM-5): `salus user`. Each command is one request to /admin/users.
// Thread safety: one thread.
#pragma once

#include <string>
#include <vector>

#include "app/administration.h"

namespace salus::app {

struct UserOptions {
    AdministrationOptions administration;
    std::string name;  // as they sign in
    std::string display_name;
    std::string scope;
    std::vector<std::string> purposes;
    std::vector<std::string> roles;
    bool no_roles = false;               // none any more
    std::vector<std::string> locations;  // where they work: Location/[id], Organization/[id]
    bool no_locations = false;           // nowhere in particular any more
    std::string fhir_user;
    std::string patient;
    std::string provider_subject;      // who they are at the outside provider
    bool no_provider_subject = false;  // nobody any more
};
// Prints the code that the user enrols with, once.
int user_add(UserOptions const& options);
int user_list(UserOptions const& options);
// Whoever may do less, or nothing, is signed out everywhere at once.
int user_change(UserOptions const& options);
int user_disable(UserOptions const& options);
int user_enable(UserOptions const& options);
// Takes every factor away, and prints a new code.
int user_enrol(UserOptions const& options);
int user_sign_out(UserOptions const& options);

}  // namespace salus::app
