// Who asks is proven by authentication, never claimed (invariant 3).
// EXPECT: calling a private constructor of class 'salus::request::Caller'
// EXPECT: Caller::Caller\(.*is private
#include "request/caller.h"

bool is_anonymous(salus::request::CallerFacts facts) {
#ifdef FORBIDDEN
    return salus::request::Caller(std::move(facts)).anonymous();
#else
    return facts.anonymous;
#endif
}
