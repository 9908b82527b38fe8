// `salus keys seal` and `salus keys unseal`.
#include "app/administration.h"
#include "app/commands.h"
#include "app/record_leaf.h"
#include "app/seal.h"
#include "app/terminal.h"
#include "keys/process_memory.h"

namespace salus::app {
int keys_seal(KeysOptions const& options) {
    auto const answer = administration_answer(
        options.administration,
        {.method = http::Method::post, .path = "/admin/keys/seal", .scope = "admin/keys.write"});
    if (!answer) return kFailed;
    say("Sealed. Nothing is destroyed; nothing is answered until `salus keys unseal` on the "
        "stopped instance.");
    return kDone;
}

int keys_unseal(KeysOptions const& options) {
    if (!keys::harden_process()) {
        say_problem("the kernel refuses to protect the process's memory");
        return kFailed;
    }
    std::string why;
    auto const& directory = options.administration.directory;
    Layout const layout{directory};
    if (!is_sealed(layout)) {
        say_problem("the instance is not sealed");
        return kFailed;
    }
    auto configuration = read_configuration(directory, why);
    auto const instance =
        configuration ? Instance::open(*std::move(configuration), why, Instance::Seal::lifted)
                      : nullptr;
    if (!instance) {
        say_problem(why, "Stop the server first; the secret of [keys] must be there.");
        return kFailed;
    }
    // On record before the seal is lifted.
    auto const recorded = record_everywhere(*instance, audit::Event::key_unsealed);
    auto const done = recorded ? unseal(layout) : recorded;
    if (!done) {
        say_problem(done.error().why.text());
        return kFailed;
    }
    say("The seal is lifted. Start the server.");
    return kDone;
}

}  // namespace salus::app
