// Tells the clients of one tenant that sessions ended (IAM-7): what waits in the store is signed,
// sent, and taken out when the client took it. At least once: when a crash comes between, the
// client is told again, by another token.
//
// Who does not answer is asked again after a second, then after twice as long, up to ten minutes;
// and so is each notice by itself, so that one which a client refuses holds up no other. After a
// day it is given up, on record. What was tried least comes first. Belongs to one thread, which may
// block.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <vector>

#include "app/logout_sender.h"
#include "audit_controls/gate.h"
#include "foundation/blocking.h"
#include "identity/documents.h"
#include "identity/logout_notice.h"
#include "oauth/client_directory.h"
#include "pipeline/house.h"

namespace salus::app {

class TenantLogout {
public:
    // Borrows all. Everything that waits in the store is looked at first. Errors as
    // records::Records::make.
    static Result<std::unique_ptr<TenantLogout>> make(pipeline::House const& house,
                                                      pipeline::TenantHouse const& tenant,
                                                      LogoutSender const& sender);

    // Something waits for this user, as an ending said.
    void add(UserId const& user) { unread_.insert(user); }
    // Sends what is due. Whether anything is left, so that it has to be called again soon.
    bool tell(std::stop_token const& stop);

private:
    enum class End : std::uint8_t { told, given_up, not_wanted };
    struct Attempts {
        unsigned failed = 0;
        MonotonicTime next{};
        void fail(MonotonicTime now);
    };
    struct Waiting {
        UserId user;
        identity::LogoutNotice notice;
        Attempts attempts{};
        std::optional<End> end;  // it is only to be taken out
    };

    TenantLogout(pipeline::House const& house, pipeline::TenantHouse const& tenant,
                 LogoutSender const& sender, std::unique_ptr<records::Records> records);

    [[nodiscard]] Result<void> read_all();
    [[nodiscard]] Result<void> read(UserId const& user);
    void read_unread();
    // Whether it is done with.
    [[nodiscard]] bool tell_one(Waiting& waiting);
    [[nodiscard]] Result<End> send(Waiting const& waiting);
    [[nodiscard]] bool has_failed(Waiting& waiting, Error const& error);
    // Takes it out of the store, on record.
    [[nodiscard]] Result<void> take_out(Waiting const& waiting);
    [[nodiscard]] Result<bool> take_out_once(Waiting const& waiting);
    [[nodiscard]] Result<void> record_given_up(Waiting const& waiting);
    [[nodiscard]] Result<void> append(audit::LeafBuilder leaf);

    pipeline::House const& house_;
    pipeline::TenantHouse const& tenant_;
    LogoutSender const& sender_;
    std::unique_ptr<records::Records> records_;
    json::Parser parser_;
    identity::Documents documents_;
    oauth::ClientDirectory clients_;
    audit_controls::Gate gate_;
    BlockingExecutor executor_;
    bool all_read_ = false;
    bool reads_ = true;        // the store did at the last attempt
    std::set<UserId> unread_;  // those whose notices are still to be read
    std::vector<Waiting> waiting_;
    std::map<ClientId, Attempts> clients_away_;
};

}  // namespace salus::app
