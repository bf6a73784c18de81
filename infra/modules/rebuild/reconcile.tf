# Every live generation, one after the other, each in as many steps as it takes. Fails at the end
# where any was not clean, so that all have been looked at.
# Started with {} or with what `reconcile` takes beside the generation: "repair", "deep"; and
# "projection" for one alone.

locals {
  reconcile = {
    Comment        = "Compares every case's head with what is stored, in every live generation."
    StartAt        = "WithDefaults"
    TimeoutSeconds = var.timeout_hours * 3600
    States = {
      WithDefaults = {
        Type = "Pass"
        Parameters = {
          "with.$" = "States.JsonMerge(States.StringToJson('{\"projection\":null,\"repair\":false,\"deep\":false}'), $, false)"
        }
        OutputPath = "$.with"
        Next       = "Plan"
      }
      Plan = {
        Type     = "Task"
        Resource = local.invoke
        Parameters = {
          FunctionName = var.worker_arn
          Payload      = { task = "planReconcile", "projection.$" = "$.projection" }
        }
        ResultSelector = { "items.$" = "$.Payload.items" }
        ResultPath     = "$.plan"
        TimeoutSeconds = var.step_timeout_seconds
        Retry          = local.retry
        Next           = "OneByOne"
      }
      OneByOne = {
        Type           = "Map"
        ItemsPath      = "$.plan.items"
        MaxConcurrency = 1
        ItemSelector = {
          "projection.$" = "$$.Map.Item.Value.projection"
          "generation.$" = "$$.Map.Item.Value.generation"
          "repair.$"     = "$.repair"
          "deep.$"       = "$.deep"
        }
        ItemProcessor = {
          ProcessorConfig = { Mode = "INLINE" }
          StartAt         = "Look"
          States = {
            Look = {
              Type     = "Task"
              Resource = local.invoke
              Parameters = {
                FunctionName = var.worker_arn
                Payload = {
                  task           = "reconcile"
                  "projection.$" = "$.projection"
                  "generation.$" = "$.generation"
                  "repair.$"     = "$.repair"
                  "deep.$"       = "$.deep"
                }
              }
              ResultSelector = { "complete.$" = "$.Payload.complete", "clean.$" = "$.Payload.clean" }
              ResultPath     = "$.last"
              TimeoutSeconds = var.step_timeout_seconds
              Retry          = local.retry
              Next           = "IsThrough"
            }
            IsThrough = {
              Type    = "Choice"
              Choices = [{ Variable = "$.last.complete", BooleanEquals = true, Next = "Found" }]
              Default = "Pause"
            }
            # It may be that another has it in hand.
            Pause = {
              Type    = "Wait"
              Seconds = 5
              Next    = "Look"
            }
            Found = {
              Type       = "Pass"
              Parameters = { "projection.$" = "$.projection", "generation.$" = "$.generation", "clean.$" = "$.last.clean" }
              End        = true
            }
          }
        }
        ResultPath = "$.looks"
        Next       = "Judge"
      }
      Judge = {
        Type = "Pass"
        Parameters = {
          "looks.$"    = "$.looks"
          "notClean.$" = "States.ArrayContains($.looks[*].clean, false)"
        }
        Next = "IsClean"
      }
      IsClean = {
        Type    = "Choice"
        Choices = [{ Variable = "$.notClean", BooleanEquals = true, Next = "NotClean" }]
        Default = "Clean"
      }
      NotClean = {
        Type  = "Fail"
        Error = "Casefold.NotClean"
        Cause = "A generation holds something else than its commits say; the step Judge has which. See docs/runbook.md#reconcile-failed."
      }
      Clean = { Type = "Succeed" }
    }
  }
}
