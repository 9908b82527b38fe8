#include "identity/stand_in.h"

namespace salus::identity {

Result<void> add_stand_in(Documents& documents, User const& like, request::Prepared& prepared) {
    Stored<UserName> name{
        .value = {UserId("stand-in")}, .id = std::string(kStandInName), .version = 0};
    SALUS_TRY(auto const known, documents.read<UserName>(name.id));
    if (known) return {};
    Stored<User> user{.value = {}, .id = std::string(name->user.text()), .version = 0};
    user->id = name->user;
    user->user_name = std::string(like.user_name.size(), '-');
    user->display_name = std::string(like.display_name.size(), '-');
    user->status = UserStatus::disabled;
    user->purposes = like.purposes;
    user->enrolment = like.enrolment;
    user->added = like.added;
    SALUS_TRY_VOID(documents.write(user, std::nullopt, prepared));
    return documents.write(name, std::nullopt, prepared);
}

}  // namespace salus::identity
