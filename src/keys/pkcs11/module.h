// A PKCS#11 module (OASIS PKCS#11 v2.40): the vendor's shared library, called by its C API and by
// nothing in between. Initialised with operating-system locking, finalised when the object dies.
//
// A process that has initialised a module must not fork: the child would share the token's state.
// Salus never forks. The library itself stays loaded to the end of the process, because vendors'
// libraries are seldom safe to unload. Thread safety: any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <p11-kit/pkcs11.h>
#include <vector>

#include "foundation/bytes.h"
#include "foundation/result.h"

namespace salus::keys::pkcs11 {

class Module {
public:
    // Errc::not_found when the library cannot be loaded, Errc::conflict when this process has it
    // initialised already, Errc::unavailable when it cannot start.
    static Result<std::unique_ptr<Module>> load(std::filesystem::path const& library);
    ~Module();
    Module(Module const&) = delete;
    Module& operator=(Module const&) = delete;

    [[nodiscard]] CK_FUNCTION_LIST const& call() const noexcept { return *functions_; }
    // The slots that hold a token. Errc::unavailable when the module does not answer.
    [[nodiscard]] Result<std::vector<CK_SLOT_ID>> slots() const;
    // The slot of the one token with this label. Errc::unavailable when there is none (it may come
    // back), Errc::conflict when there are several.
    [[nodiscard]] Result<CK_SLOT_ID> slot_of(std::string_view token_label) const;

private:
    explicit Module(CK_FUNCTION_LIST const* functions) : functions_(functions) {}
    CK_FUNCTION_LIST const* functions_;
};

// A text of a fixed field, which PKCS#11 pads with blanks.
[[nodiscard]] std::string_view unpadded(BytesView field) noexcept;
// Whether the answer says that session, device or token is gone, so that connecting anew may help.
[[nodiscard]] bool says_gone(CK_RV answer) noexcept;

}  // namespace salus::keys::pkcs11
