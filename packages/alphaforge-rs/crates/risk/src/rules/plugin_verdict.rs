//! The word of a plugin's risk rule, which was taken before the step; the kernel applies it last.

use alphaforge_types::OrderRequest;

use crate::reject::Reject;
use crate::view::View;

pub(crate) fn check(_order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    match view.verdict {
        None => Ok(()),
        Some(verdict) => Err(Reject::PluginRule {
            rule: verdict.rule.clone(),
            reason: verdict.reason.clone(),
        }),
    }
}
