// Who is read when somebody types a user name that nobody has, so that the answer takes as long as
// with one that somebody has (N1): a user who can never sign in, and their name, which nobody can
// type. Written beside a tenant's first user: before, there is nobody to find out about.
#pragma once

#include <string_view>

#include "identity/documents.h"
#include "identity/user.h"

namespace salus::identity {

// No name is spelled so: user_name_of().
inline constexpr std::string_view kStandInName = " ";

// Unless there is one. `like`: whose members it has as many of, and none of whose rights.
[[nodiscard]] Result<void> add_stand_in(Documents& documents, User const& like,
                                        request::Prepared& prepared);

}  // namespace salus::identity
