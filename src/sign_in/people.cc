#include "sign_in/people.h"

#include "identity/stand_in.h"

namespace salus::sign_in {

Result<std::optional<StoredUser>> user_named(identity::Documents& documents,
                                             std::string_view typed) {
    static UserId const nobody("nobody");
    // The empty name is nobody's: user_name_of() gives none.
    auto const name = identity::user_name_of(typed).value_or("");
    SALUS_TRY(auto const owner, documents.read<identity::UserName>(name));
    // Whoever is named: one name is opened, one is not there, and one user is opened.
    SALUS_TRY(auto const other, documents.read<identity::UserName>(owner ? std::string_view()
                                                                         : identity::kStandInName));
    auto const* const found = owner ? &*owner : other ? &*other : nullptr;
    return active_user(documents, found != nullptr ? found->value.user : nobody);
}

Result<void> save(identity::Documents& documents, StoredUser const& user,
                  request::Prepared& prepared) {
    return documents.write(user, std::nullopt, prepared);
}

}  // namespace salus::sign_in
